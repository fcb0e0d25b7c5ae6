internal import HNSW
internal import LMDB

/// What one transaction changes: products and vectors together.
struct Changes: Sendable {
  /// The attributes that the products were brought to.
  var schema = Schema()
  /// Products with their vectors, row by row, and what to remember of their content.
  private(set) var products: [Product] = []
  private(set) var vectors: [Float] = []
  private(set) var records: [[UInt8]] = []
  /// Products that keep their vector.
  private(set) var updates: [Update] = []
  /// Ids to be deleted.
  private(set) var deletions: [String] = []
  /// What else is to be deleted: all that satisfies this when the transaction begins.
  var deletesMatching: Filter?

  struct Update: Sendable {
    /// The product; without an image it keeps that of its vector.
    var product: Product
    /// Hash of what the vector has to be made of; nil for whatever it is.
    var source: [UInt8]?
    /// Whether only the attributes given change, and the product counts as what its catalogue said, so that
    /// the next ingestion leaves it.
    var isAnnotation = false
  }

  var count: Int { products.count + updates.count + deletions.count }

  mutating func put(_ product: Product, vector: [Float], record: [UInt8]) {
    products.append(product)
    vectors.append(contentsOf: vector)
    records.append(record)
  }

  mutating func update(_ update: Update) { updates.append(update) }

  mutating func delete(_ id: String) { deletions.append(id) }
}

/// What came of changes.
struct ChangeCounts: Sendable {
  var inserted = 0
  var replaced = 0
  var deleted = 0
  /// Products that were to keep their vector but had none any more, or another one.
  var lost: [String] = []
}

extension OpenIndex {
  /// Commits changes in one transaction: all or nothing.
  ///
  /// Deletions come first, then updates, then products with vectors.
  func commit(_ changes: Changes, threads: Int) throws -> ChangeCounts {
    try environment.write { (txn: borrowing WriteTransaction) in
      let description = try description(knowing: changes.schema, in: txn)
      let store = try ProductStore(creatingIn: txn, schema: description.schema)
      var batch = ProductBatch()
      let counts = try index.write(txn, threads: threads) { (writer: borrowing Writer) in
        try changes.write(with: writer, updating: store, in: txn, batch: &batch)
      }
      try store.apply(batch, in: txn)
      return counts
    }
  }

  /// The description, with the attributes of changes that it does not have any more: a compaction
  /// drops what no product has yet.
  private func description(
    knowing schema: Schema, in txn: borrowing WriteTransaction
  ) throws -> IndexDescription {
    var description = try IndexDescription(in: txn, path: environment.path)
    let known = description.schema.attributes.count
    description.schema = try description.schema.merged(given: nil, inferred: schema.attributes)
    if description.schema.attributes.count > known { try description.write(in: txn) }
    return description
  }

  /// Changes the description in a transaction of its own, if it is to change at all.
  func updateDescription(
    _ change: (inout IndexDescription) throws -> Void
  ) throws -> IndexDescription {
    try environment.write { (txn: borrowing WriteTransaction) in
      let old = try IndexDescription(in: txn, path: environment.path)
      var new = old
      try change(&new)
      if new != old { try new.write(in: txn) }
      return new
    }
  }
}

extension Changes.Update {
  /// The product as it is to be stored, with what to remember of it; nil if its vector is another one by now.
  fileprivate func result(
    at slot: Slot, of store: ProductStore, in txn: borrowing WriteTransaction
  ) throws -> (Product, ContentRecord)? {
    let stored = try store.contentHash(at: slot, in: txn).flatMap(ContentRecord.init(stored:))
    if isAnnotation, var annotated = try store.product(at: slot, in: txn) {
      annotated.attributes.merge(product.attributes) { _, new in new }
      return (annotated, stored ?? ContentRecord(source: [], product: annotated))
    }
    var product = product
    if let source, source != stored?.source { return nil }
    if product.image == nil { product.image = try store.product(at: slot, in: txn)?.image }
    return (product, ContentRecord(source: stored?.source ?? [], product: product))
  }
}

extension Changes {
  /// Changes the vectors and collects what the products' store is to do.
  fileprivate func write(
    with writer: borrowing Writer, updating store: ProductStore,
    in txn: borrowing WriteTransaction, batch: inout ProductBatch
  ) throws -> ChangeCounts {
    var counts = ChangeCounts()
    var deletions = deletions
    if let deletesMatching {
      try store.evaluate(deletesMatching, in: txn).forEach { slot throws(any Error) in
        if let product = try store.product(at: slot, in: txn) { deletions.append(product.id) }
      }
    }
    for id in deletions {
      guard let slot = try writer.delete(id) else { continue }
      batch.remove(slot: slot)
      counts.deleted += 1
    }
    for update in updates {
      if let slot = try writer.slot(of: update.product.id),
        let (product, record) = try update.result(at: slot, of: store, in: txn)
      {
        batch.put(product, contentHash: record.bytes, slot: slot)
      } else {
        counts.lost.append(update.product.id)
      }
    }
    let upserted = try writer.upsert(ids: products.map(\.id), vectors: vectors)
    for (row, result) in upserted.enumerated() {
      batch.put(products[row], contentHash: records[row], slot: result.slot)
      if let old = result.replaced { batch.remove(slot: old) }
      if result.replaced == nil { counts.inserted += 1 } else { counts.replaced += 1 }
    }
    return counts
  }
}
