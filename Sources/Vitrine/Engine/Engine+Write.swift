internal import HNSW
internal import LMDB

extension Engine {
  /// Stores products with vectors that exist already, in place of those of the same ids, in one
  /// transaction.
  ///
  /// Values are brought to the kinds of the schema; attributes that it does not have are inferred
  /// and added.
  ///
  /// - Throws: ``VitrineError/dimensionMismatch(expected:found:)``,
  ///   ``VitrineError/invalidArgument(_:)`` for a bad vector,
  ///   ``VitrineError/badData(path:row:column:reason:)`` for a bad id and for a value that is not
  ///   of its attribute's kind (`row` counts the products from 1).
  public func upsert(_ products: [(product: Product, vector: [Float])]) async throws {
    try await OffPool.run { [self] in
      let (typed, inferred) = try typed(products.map(\.product))
      for vector in products.map(\.vector) where vector.count != configuration.dimensions {
        throw VitrineError.dimensionMismatch(
          expected: configuration.dimensions, found: vector.count)
      }
      var changes = Changes(schema: try grow(by: inferred))
      for (product, vector) in zip(typed, products.map(\.vector)) {
        let source = ContentRecord.hash(ofVector: vector)
        let record = ContentRecord(source: source, product: product)
        changes.put(product, vector: vector, record: record.bytes)
      }
      try commit(changes, threads: options.threads)
    }
  }

  /// Embeds a photograph and stores its product, in a transaction of its own.
  ///
  /// - Throws: what ``upsert(embedding:)`` throws.
  public func upsert(_ product: Product, image: [UInt8]) async throws {
    try await upsert(embedding: [(product, image)])
  }

  /// Embeds photographs and stores their products, in place of those of the same ids, in one
  /// transaction. A product without a photograph keeps the vector that it has, and its `image` if
  /// none is given.
  ///
  /// - Parameter products: each with its encoded photograph (JPEG, PNG or WebP), if any.
  /// - Returns: the ids of those without a photograph that are not in the index and were left out.
  /// - Throws: ``VitrineError/badData(path:row:column:reason:)`` for a photograph that cannot be
  ///   decoded (`row` counts the products from 1), and what ``upsert(_:)`` throws.
  @discardableResult
  public func upsert(
    embedding products: [(product: Product, image: [UInt8]?)]
  ) async throws -> [String] {
    try await OffPool.run { [self] in
      var vectors = try embed(products.compactMap(\.image)).makeIterator()
      let (typed, inferred) = try typed(products.map(\.product))
      let found = try products.enumerated().map { row, entry in
        try entry.image.flatMap { _ in vectors.next() }?.mapError { error in
          VitrineError.badData(
            path: entry.product.id, row: row + 1, column: "image", reason: "\(error)")
        }.get()
      }
      var changes = Changes(schema: try grow(by: inferred))
      for ((product, image), vector) in zip(zip(typed, products.map(\.image)), found) {
        if let image, let vector {
          let record = ContentRecord(source: ContentRecord.hash(ofImage: image), product: product)
          changes.put(product, vector: vector, record: record.bytes)
        } else {
          changes.update(Changes.Update(product: product))
        }
      }
      return try commit(changes, threads: options.threads).lost
    }
  }

  private func embed(_ images: [[UInt8]]) throws(VitrineError) -> [Result<[Float], any Error>] {
    if images.isEmpty { return [] }
    guard let embedder else { throw .noEmbedder(operation: "storing a photograph") }
    return embedder.embed(images: images)
  }

  /// Stores products anew that keep their vectors, such as after a change of price; also their
  /// `image`, if none is given.
  ///
  /// - Returns: the ids of those that are not in the index and were left out.
  /// - Throws: what ``upsert(_:)`` throws.
  @discardableResult
  public func update(_ products: [Product]) async throws -> [String] {
    try await upsert(embedding: products.map { ($0, nil) })
  }

  /// Adds to products what no catalogue says of them, such as labels that a model gave: the attributes given
  /// take the place of those of the same names, and all else of a product stays as it is at that moment. The
  /// next ingestion takes them for unchanged where their catalogue's rows are; a row that has changed takes the
  /// place of all attributes.
  ///
  /// - Returns: the ids of those that are not in the index and were left out.
  /// - Throws: what ``upsert(_:)`` throws.
  @discardableResult
  public func annotate(_ products: [Product]) async throws -> [String] {
    try await OffPool.run { [self] in
      let (typed, inferred) = try typed(products)
      var changes = Changes(schema: try grow(by: inferred))
      // One of each id, as they are laid over what is stored.
      var annotations: [IDBytes: Product] = [:]
      for product in typed {
        annotations[IDBytes(product.id), default: product].attributes
          .merge(product.attributes) { _, new in new }
      }
      for product in annotations.values {
        changes.update(Changes.Update(product: product, isAnnotation: true))
      }
      return try commit(changes, threads: options.threads).lost
    }
  }

  /// Deletes products, in one transaction.
  ///
  /// - Returns: how many there were.
  /// - Throws: ``VitrineError/storage(_:)``.
  @discardableResult
  public func delete(ids: [String]) async throws -> Int {
    try await OffPool.run { [self] in
      var changes = Changes()
      for id in ids { changes.delete(id) }
      return try commit(changes, threads: options.threads).deleted
    }
  }

  /// Deletes all products that satisfy a filter, in one transaction.
  ///
  /// - Returns: how many there were.
  /// - Throws: ``FilterError`` if the filter does not fit the schema, ``VitrineError/storage(_:)``.
  @discardableResult
  public func delete(matching filter: Filter) async throws -> Int {
    try await OffPool.run { [self] in
      var changes = Changes()
      changes.deletesMatching = try filter.bound(to: schema)
      return try commit(changes, threads: options.threads).deleted
    }
  }

  /// Products with their values brought to the kinds of the attributes, and those that the schema lacks.
  private func typed(
    _ products: [Product]
  ) throws(VitrineError) -> (products: [Product], inferred: [Attribute]) {
    let schema = try schema
    let known = Set(schema.attributes.map(\.name))
    var columns: [String: ColumnSurvey] = [:]
    for (row, product) in products.enumerated() {
      for (name, value) in product.attributes where !known.contains(name) {
        guard name != schema.id ?? "id", name != schema.image ?? "image" else {
          throw .badData(
            path: product.id, row: row + 1, column: name,
            reason: "expected an attribute, found the name of the column of ids or images")
        }
        columns[name, default: ColumnSurvey()].add(RawValue(value))
      }
    }
    let inferred = columns.keys.sorted().compactMap { columns[$0]?.attribute(named: $0) }
    let grown = try schema.merged(given: nil, inferred: inferred)
    var typed: [Product] = []
    for (row, product) in products.enumerated() {
      typed.append(try grown.typed(product, row: row + 1))
    }
    return (typed, inferred)
  }

  /// The schema with more attributes: nothing is stored of products that are refused, so these come first.
  private func grow(by inferred: [Attribute]) throws(VitrineError) -> Schema {
    if inferred.isEmpty { return try schema }
    return try updateDescription { description in
      description.schema = try description.schema.merged(given: nil, inferred: inferred)
    }.schema
  }
}

extension Schema {
  /// The product with its values brought to the kinds of the attributes.
  ///
  /// - Throws: ``VitrineError/badData(path:row:column:reason:)`` with the row given for a bad id or
  ///   a value of another kind.
  func typed(_ product: Product, row: Int) throws(VitrineError) -> Product {
    if let mistake = Product.mistake(inID: product.id) {
      throw .badData(
        path: product.id.isEmpty ? "a product" : String(product.id.prefix(60)), row: row,
        column: "id", reason: mistake)
    }
    var typed = product
    for (name, value) in product.attributes {
      do throws(KindMismatch) {
        typed.attributes[name] = try self[name]?.value(of: value)
      } catch {
        throw .badData(
          path: product.id, row: row, column: name,
          reason: "expected \(error.expected), found \"\(error.found)\"")
      }
    }
    return typed
  }
}

extension RawValue {
  /// A typed value as a catalogue would have it.
  init(_ value: Value) {
    switch value {
    case .text(let text): self = .text(text)
    case .number(let number): self = .number(Value.text(of: number))
    case .boolean(let flag): self = .boolean(flag)
    case .date(let seconds): self = .text(Timestamp.text(of: seconds))
    case .list(let items): self = .list(items)
    }
  }
}

extension ContentRecord {
  /// The hash of a vector that came without a photograph.
  static func hash(ofVector vector: [Float]) -> [UInt8] {
    var hash = ContentHash()
    hash.combine("vector")
    hash.combine(vector.littleEndianBytes)
    return hash.bytes
  }
}
