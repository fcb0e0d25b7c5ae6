import HNSW
import LMDB
import TestSupport
import Vitrine

/// A model that knows nothing: a word is a fixed random direction, a text the sum of its words, a
/// photograph the text in its bytes.
struct WordModel: Embedder {
  let dimensions: Int
  var fingerprint: String { "words-\(dimensions)" }
  var logitScale: Float { 100 }

  func vector(_ text: String) -> [Float] {
    var sum = [Float](repeating: 0, count: dimensions)
    for word in text.lowercased().split(separator: " ") {
      var generator = SplitMix(seedOf: word.utf8)
      for index in sum.indices { sum[index] += Float.random(in: -1...1, using: &generator) }
    }
    return Self.unit(sum)
  }

  static func unit(_ vector: [Float]) -> [Float] {
    let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return length > 0 ? vector.map { $0 / length } : vector
  }

  func embed(texts: [String]) -> [[Float]] { texts.map(vector) }

  func embed(images: [[UInt8]]) -> [Result<[Float], any Error>] {
    images.map { .success(vector(String(decoding: $0, as: UTF8.self))) }
  }
}

/// An index of products whose looks are their titles, and a plain list of the same.
struct SearchFixture: ~Copyable {
  let environment: Environment
  let index: VectorIndex
  let model: WordModel
  let schema: Schema
  private(set) var products: [String: Product] = [:]
  private let directory = TemporaryDirectory()

  init(schema: Schema = RandomCatalogue.schema, dimensions: Int = 16) throws {
    var options = Environment.Options()
    options.durability = .batched
    let environment = try Environment(path: directory.path, options: options)
    try environment.write { txn in
      try VectorIndex.create(
        in: txn,
        configuration: IndexConfiguration(dimensions: dimensions, m: 8, storage: .float32))
      _ = try ProductStore(creatingIn: txn, schema: schema)
    }
    index = try VectorIndex(environment: environment)
    model = WordModel(dimensions: dimensions)
    self.environment = environment
    self.schema = schema
  }

  mutating func put(_ new: [Product]) throws {
    try put(new, vectors: new.map { model.vector($0.attributes["title"]?.label ?? $0.id) })
  }

  mutating func put(_ new: [Product], vectors: [[Float]]) throws {
    for product in new { products[product.id] = product }
    try environment.write { txn in
      let upserted = try index.write(txn, threads: 2) { writer in
        try writer.upsert(ids: new.map(\.id), vectors: Array(vectors.joined()))
      }
      var batch = ProductBatch()
      for (product, change) in zip(new, upserted) {
        batch.put(product, contentHash: [], slot: change.slot)
        if let replaced = change.replaced { batch.remove(slot: replaced) }
      }
      let store = try ProductStore(creatingIn: txn, schema: schema)
      try store.apply(batch, in: txn)
    }
  }

  mutating func remove(_ ids: [String]) throws {
    for id in ids { products[id] = nil }
    try environment.write { txn in
      let slots = try index.write(txn, threads: 2) { writer in
        try ids.compactMap { try writer.delete($0) }
      }
      var batch = ProductBatch()
      for slot in slots { batch.remove(slot: slot) }
      let store = try ProductStore(creatingIn: txn, schema: schema)
      try store.apply(batch, in: txn)
    }
  }

  func search(_ query: Query, withModel: Bool = true) throws -> SearchResponse {
    let prepared = try Search.prepare([query], withModel ? model : nil)
    return try environment.read { txn in
      try index.withSnapshot(txn) { snapshot in
        guard let store = try ProductStore(in: txn, schema: schema) else {
          throw VitrineError.noIndex(path: "")
        }
        return try Search.answer(prepared, store: store, snapshot, txn)[0]
      }
    }
  }

  /// The ids of the hits of a query's pages, one after the other.
  func allPages(of query: Query) throws -> [String] {
    var query = query
    var found: [String] = []
    repeat {
      let page = try search(query)
      found += page.hits.map(\.id)
      query.cursor = page.cursor
    } while query.cursor != nil
    return found
  }

  func recommend(
    _ id: String, _ direction: Direction, texts: [String], _ options: RecommendOptions
  ) throws -> Recommendation {
    try environment.read { txn in
      try index.withSnapshot(txn) { snapshot in
        guard let store = try ProductStore(in: txn, schema: schema) else {
          throw VitrineError.noIndex(path: "")
        }
        return try Recommender.recommend(
          id, towards: direction, texts: model.embed(texts: texts), options: options,
          store: store, snapshot, txn)
      }
    }
  }

  /// The stored vectors by id.
  func vectors() throws -> [String: [Float]] {
    try environment.read { txn in
      try index.withSnapshot(txn) { snapshot in
        var vectors: [String: [Float]] = [:]
        try snapshot.forEachID { id, slot in
          vectors[id] = snapshot.vector(of: slot)
          return true
        }
        return vectors
      }
    }
  }

  static func dot(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
}
