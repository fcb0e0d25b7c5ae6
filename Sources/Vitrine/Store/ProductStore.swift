package import HNSW
package import LMDB

extension VitrineError {
  /// A stored value is not what its place demands.
  static func damaged(_ what: String) -> VitrineError {
    .storage("the index is damaged: \(what) cannot be read; `vitrine verify` tells more")
  }
}

/// Products, the columns that filters read, and the words that lexical search reads, in databases
/// of the environment that holds the vectors, so that one transaction changes all of them.
///
/// A value of this type belongs to one schema; slots are those of the vector index.
package struct ProductStore: Sendable {
  /// The attributes; one's number in the store is its position here.
  package let schema: Schema
  /// How often what the index says of itself has changed. Compactions count on, while transactions begin anew.
  var revision: UInt64 = 0
  let products: Database
  let columns: Database
  let keywords: Database
  let names: NameIndex
  let words: WordIndex
  /// What queries have found: how much terms count by ``fieldWeights``, and what that rests on, what words
  /// stand for, what they name, and the products that have what they name. Shared by copies of this value.
  let terms = SnapshotCache<String, TermMatches>(capacity: 32 << 20) { $0.byteCount }
  let readings = SnapshotCache<LexicalScorer.Word, [LexicalScorer.Alternative]>(capacity: 4 << 20) {
    $0.reduce(64) { $0 + $1.byteCount }
  }
  let basis = SnapshotCache<Int, LexicalScorer.Basis>(capacity: 64 << 10) { _ in 8 << 10 }
  /// What is usual for vectors that come from outside.
  let middle = SnapshotCache<Int, VectorMiddle>(capacity: 2 << 20) { $0.byteCount }
  let named = SnapshotCache<String, NamedRun>(capacity: 4 << 20) { $0.byteCount }
  let mentioned = SnapshotCache<[Mention], SlotSet>(capacity: 16 << 20) { 8 * $0.words.count }
  let numbers: [String: Int]
  /// The names of the attributes by number.
  let jsonKeys: JSONKeys
  /// How much words count where a query does not say, by the number of their attribute.
  let fieldWeights: [Float]

  /// The store of an environment, whose databases are made if they are not there.
  package init(creatingIn txn: borrowing WriteTransaction, schema: Schema) throws {
    self.init(
      schema: schema, products: try txn.createDatabase(named: "products"),
      columns: try txn.createDatabase(named: "columns"),
      keywords: try txn.createDatabase(named: "keywords"),
      names: try NameIndex(creatingIn: txn), words: try WordIndex(creatingIn: txn))
  }

  /// The store of an environment; nil if there is none.
  package init?(in txn: borrowing some Transaction & ~Copyable, schema: Schema) throws {
    guard let products = try txn.database(named: "products"),
      let columns = try txn.database(named: "columns"),
      let keywords = try txn.database(named: "keywords"), let names = try NameIndex(in: txn),
      let words = try WordIndex(in: txn)
    else { return nil }
    self.init(
      schema: schema, products: products, columns: columns, keywords: keywords, names: names,
      words: words)
  }

  private init(
    schema: Schema, products: Database, columns: Database, keywords: Database, names: NameIndex,
    words: WordIndex
  ) {
    self.schema = schema
    self.products = products
    self.columns = columns
    self.keywords = keywords
    self.names = names
    self.words = words
    fieldWeights = FieldWeights.guessed(for: schema).numbered(by: schema)
    jsonKeys = JSONKeys(schema.attributes.map(\.name))
    numbers = Dictionary(
      schema.attributes.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// An attribute's number and kind.
  func attribute(_ name: String) -> (number: Int, kind: Attribute.Kind)? {
    numbers[name].map { ($0, schema.attributes[$0].kind) }
  }

  /// The values of a product whose attributes are known, in the order of their numbers.
  func numbered(_ product: Product) -> [NumberedValue] {
    product.attributes.compactMap { name, value in
      attribute(name).map { NumberedValue(number: $0.number, kind: $0.kind, value: value) }
    }.sorted { $0.number < $1.number }
  }

  /// Makes the changes of a batch.
  /// - Complexity: proportional to the batch, not to the products stored.
  package func apply(_ batch: ProductBatch, in txn: borrowing WriteTransaction) throws {
    var columnChanges = ColumnChanges()
    var wordChanges = WordChanges()
    for (slot, change) in batch.changes.sorted(by: { $0.key < $1.key }) {
      let old = try product(at: slot, in: txn).map(numbered)
      var new: [NumberedValue]?
      if case .put(let product, let contentHash) = change {
        let values = numbered(product)
        let record = ProductRecord.encode(product, values, contentHash: contentHash)
        try txn.put(record, in: products, for: slot)
        new = values
      } else if old != nil {
        try txn.delete(slot, in: products)
      }
      columnChanges.replace(old, with: new, slot: slot)
      wordChanges.replace(old, with: new, slot: slot)
    }
    try columnChanges.write(to: self, in: txn)
    try words.write(wordChanges, in: txn)
  }
}

/// A value of a product with the number and the kind of its attribute.
struct NumberedValue {
  let number: Int
  let kind: Attribute.Kind
  let value: Value
}

extension ProductStore {
  /// The product of a slot with the attributes that are wanted, by number, or all; nil if there is
  /// none.
  package func product(
    at slot: Slot, wanted: [Bool]? = nil, in txn: borrowing some Transaction & ~Copyable
  ) throws -> Product? {
    try txn.withValue(in: products, for: slot) { record in
      guard let product = ProductRecord.decode(record, schema: schema, wanted: wanted) else {
        throw VitrineError.damaged("the product of slot \(slot)")
      }
      return product
    }
  }

  /// One value of a product, without reading the others; nil if the product has none.
  func value(
    of attribute: Int, at slot: Slot, in txn: borrowing some Transaction & ~Copyable
  ) throws -> Value? {
    try txn.withValue(in: products, for: slot) { ProductRecord.value(of: attribute, in: $0) }
      ?? nil
  }

  /// What ``ProductBatch/put(_:contentHash:slot:)`` stored with the product; nil if there is none.
  package func contentHash(
    at slot: Slot, in txn: borrowing some Transaction & ~Copyable
  ) throws -> [UInt8]? {
    try txn.withValue(in: products, for: slot) { ProductRecord.contentHash(in: $0) } ?? nil
  }

  /// The names of the attributes that no product has.
  func unusedAttributes(in txn: borrowing some Transaction & ~Copyable) throws -> [String] {
    try schema.attributes.enumerated().filter { number, _ in
      var isUsed = false
      try txn.forEach(in: columns, .prefix(ColumnTerm.exists(number).bytes)) { _, _ in
        isUsed = true
        return false
      }
      return !isUsed
    }.map(\.element.name)
  }

  /// The greatest slot of a product; nil if there are none.
  func lastSlot(in txn: borrowing some Transaction & ~Copyable) throws -> Slot? {
    var last: Slot?
    try txn.forEach(in: products, .all, reversed: true) { key, _ in
      last = Slot(key: key)
      return false
    }
    return last
  }

  /// The slots of all products.
  func live(in txn: borrowing some Transaction & ~Copyable) throws -> Bitmap {
    try Columns.union(in: columns, .prefix(ColumnTerm.live.bytes), txn)
  }

  /// What is stored for filters and words beside what products make of it, which must be sound themselves.
  ///
  /// - Parameter progress: is told now and then how many products were taken.
  /// - Complexity: about that of storing all products anew.
  package func derivedDefects(
    in txn: borrowing some Transaction & ~Copyable, progress: (_ products: Int) throws -> Void
  ) throws -> [String] {
    var columns = ColumnCheck(self)
    var words = WordCheck(self.words)
    var count = 0
    try txn.forEach(in: products, .all) { key, record in
      if count % 1024 == 0 { try progress(count) }
      count += 1
      guard let slot = Slot(key: key),
        let values = ProductRecord.decode(record, schema: schema).map(numbered)
      else { return true }
      try columns.add(values, slot: slot, in: txn)
      try words.add(values, slot: slot, in: txn)
      return columns.defects.count + words.defects.count < 100
    }
    if columns.defects.count + words.defects.count < 100 {
      try columns.finish(in: txn)
      try words.finish(in: txn)
    }
    return columns.defects + words.defects
  }

  /// The slots whose products satisfy a filter.
  ///
  /// - Throws: ``FilterError`` if the filter does not fit the schema.
  /// - Complexity: proportional to the postings that the filter's terms touch, plus a bit for each
  ///   slot.
  package func evaluate(
    _ filter: Filter, in txn: borrowing some Transaction & ~Copyable
  ) throws -> SlotSet {
    SlotSet(try FilterEvaluator(store: self).slots(try filter.bound(to: schema), in: txn))
  }
}
