import HNSW
import LMDB
import Testing
import Vitrine

@Suite struct ProductStoreTests {
  @Test func `a product comes back as it was put`() throws {
    var fixture = try StoreFixture()
    let product = Product(
      id: "a", image: "pictures/a.jpg",
      attributes: [
        "title": .text("Summer Dress — été ☀️"), "brand": .text(""), "price": .number(-0.0),
        "colour": .list(["Red", ""]), "new in": .boolean(false), "added": .date(.min),
      ])
    try fixture.apply([7: product])
    try fixture.read { store, txn in
      let stored = try store.product(at: 7, in: txn)
      let hash = try store.contentHash(at: 7, in: txn)
      let absent = try store.product(at: 8, in: txn)
      let absentHash = try store.contentHash(at: 8, in: txn)
      #expect(stored == product)
      #expect(hash == StoreFixture.hash(product))
      #expect(absent == nil)
      #expect(absentHash == nil)
    }
  }

  @Test func `a later operation on a slot wins`() throws {
    let fixture = try StoreFixture()
    var batch = ProductBatch()
    batch.put(Product(id: "a"), contentHash: [], slot: 1)
    batch.remove(slot: 1)
    batch.remove(slot: 2)
    batch.put(Product(id: "b"), contentHash: [1], slot: 2)
    try fixture.environment.write { txn in
      try ProductStore(creatingIn: txn, schema: fixture.schema).apply(batch, in: txn)
    }
    try fixture.read { store, txn in
      let first = try store.product(at: 1, in: txn)
      let second = try store.product(at: 2, in: txn)
      #expect(first == nil)
      #expect(second?.id == "b")
    }
  }

  @Test(arguments: [11, 12, 13] as [UInt64])
  func `filters agree with the plain evaluator after random changes`(seed: UInt64) throws {
    var random = RandomCatalogue(seed: seed)
    var fixture = try StoreFixture()
    for _ in 0..<4 {
      try fixture.fill(&random, batches: 3, size: 120)
      let products = fixture.products
      try fixture.read { store, txn in
        for _ in 0..<150 {
          let filter = random.filter(sizes: 0...3)
          let found = try store.evaluate(filter, in: txn)
          let wanted = Set(products.filter { PlainEvaluator.matches($0.value, filter) }.keys)
          let missing = wanted.filter { !found.contains($0) }
          #expect(
            found.count == wanted.count && missing.isEmpty, "seed \(seed), filter \(filter)")
        }
      }
    }
  }

  @Test func `removing everything leaves empty databases`() throws {
    var random = RandomCatalogue(seed: 5)
    var fixture = try StoreFixture()
    try fixture.fill(&random, batches: 4, size: 100)
    try fixture.apply(fixture.products.mapValues { _ in nil })
    try fixture.environment.read { txn in
      let names = [
        "products", "columns", "keywords", "names", "postings", "words", "words.reversed",
      ]
      for name in names {
        let count = try txn.database(named: name).map { try txn.count($0) }
        #expect(count == 0, "\(name)")
      }
    }
  }

  @Test func `long keywords are told apart`() throws {
    let schema = Schema(attributes: [Attribute(name: "brand", kind: .keyword)])
    var fixture = try StoreFixture(schema: schema)
    let long = String(repeating: "é", count: 900)
    try fixture.apply([
      0: Product(id: "a", attributes: ["brand": .text(long + "a")]),
      1: Product(id: "b", attributes: ["brand": .text(long + "b")]),
    ])
    try fixture.read { store, txn in
      let whole = Filter.compare(attribute: "brand", .equal, .text(long + "a"))
      let one = try store.evaluate(whole, in: txn)
      let both = try store.evaluate(.prefix(attribute: "brand", long), in: txn)
      #expect(one.count == 1)
      #expect(both.count == 2)
    }
  }

  @Test func `a filter that does not fit the schema is refused`() throws {
    var fixture = try StoreFixture()
    try fixture.apply([0: Product(id: "a")])
    try fixture.read { store, txn in
      let filter = try Filter.parse("colr = Red")
      do {
        _ = try store.evaluate(filter, in: txn)
        Issue.record("evaluated")
      } catch let error as FilterError {
        #expect(error.suggestion == "colour")
      }
    }
  }
}
