import HNSW
import LMDB
import TestSupport
import Vitrine

/// A store in an environment of its own, beside a plain dictionary that says what it must hold.
struct StoreFixture: ~Copyable {
  let environment: Environment
  let schema: Schema
  private(set) var products: [Slot: Product] = [:]
  private let directory = TemporaryDirectory()

  init(schema: Schema = RandomCatalogue.schema) throws {
    self.schema = schema
    environment = try Environment(path: directory.path)
  }

  static func hash(_ product: Product) -> [UInt8] { Array(product.id.utf8) + [0, 255] }

  /// Applies one batch: a product is put, nil removes.
  mutating func apply(_ changes: [Slot: Product?]) throws {
    var batch = ProductBatch()
    for (slot, product) in changes {
      if let product {
        batch.put(product, contentHash: Self.hash(product), slot: slot)
        products[slot] = product
      } else {
        batch.remove(slot: slot)
        products[slot] = nil
      }
    }
    try environment.write { txn in
      try ProductStore(creatingIn: txn, schema: schema).apply(batch, in: txn)
    }
  }

  /// Calls `body` with the store in a read transaction.
  func read<R>(
    _ body: (ProductStore, borrowing ReadTransaction) throws -> R
  ) throws -> R? {
    try environment.read { txn in
      guard let store = try ProductStore(in: txn, schema: schema) else { return nil }
      return try body(store, txn)
    }
  }

  /// Some batches of random puts, replacements and removals, over slots which are far apart too.
  mutating func fill(_ random: inout RandomCatalogue, batches: Int, size: Int) throws {
    for batch in 0..<batches {
      var changes: [Slot: Product?] = [:]
      for item in 0..<size {
        let slot = Slot.random(in: 0..<400, using: &random.generator) * random.pick([1, 1, 997])
        let product = random.product(id: "p\(batch)-\(item)")
        changes.updateValue(random.flag(4) ? nil : product, forKey: slot)
      }
      try apply(changes)
    }
  }
}
