package import HNSW
package import LMDB

/// Answers queries from one snapshot, for those who hold one.
package enum Search {
  /// Queries that make sense, with the vectors of their texts and photographs.
  package struct Prepared: Sendable {
    let queries: [Query]
    let vectors: [[Int: [Float]]]
    /// What the vectors took, for each query.
    let milliseconds: Double
  }

  /// Checks queries and embeds their texts and photographs, before a snapshot is held.
  package static func prepare(
    _ queries: [Query], _ embedder: (any Embedder)?
  ) throws -> Prepared {
    try prepare(queries, QueryEmbedding(queries), embedder, .alone)
  }

  /// The same, where the texts may have been embedded with those of others.
  static func prepare(
    _ queries: [Query], _ embedding: QueryEmbedding, _ embedder: (any Embedder)?,
    _ turn: TextQueue.Turn
  ) throws -> Prepared {
    let clock = StageClock()
    for (place, query) in queries.enumerated() {
      do {
        try query.validate()
      } catch QueryError.invalid(let reason) where queries.count > 1 {
        throw QueryError.invalid("query \(place + 1): \(reason)")
      }
    }
    let vectors = try embedding.vectors(embedder, turn)
    return Prepared(
      queries: queries, vectors: vectors,
      milliseconds: (clock.total + turn.milliseconds) / Double(max(1, queries.count)))
  }

  /// The answers in the order of the queries.
  package static func answer(
    _ prepared: Prepared, store: ProductStore, _ snapshot: borrowing Snapshot,
    _ txn: borrowing ReadTransaction, _ cancellation: Cancellation = Cancellation()
  ) throws -> [SearchResponse] {
    var responses: [SearchResponse] = []
    for place in prepared.queries.indices {
      let clock = StageClock()
      var (response, found, fields) = try prepared.run(place, store, snapshot, txn, cancellation)
      response.hits = try found.map { try store.hit($0, fields, in: txn) }
      response.tookMs = prepared.milliseconds + clock.total
      responses.append(response)
    }
    return responses
  }

  /// Writes the answers in the order of the queries, and returns them without their hits.
  static func write(
    _ prepared: Prepared, to writer: inout JSONWriter, store: ProductStore,
    _ snapshot: borrowing Snapshot, _ txn: borrowing ReadTransaction, _ cancellation: Cancellation
  ) throws -> [SearchResponse] {
    var responses: [SearchResponse] = []
    for place in prepared.queries.indices {
      let clock = StageClock()
      var (response, found, fields) = try prepared.run(place, store, snapshot, txn, cancellation)
      try writer.element { writer in
        try writer.object { writer in
          try writer.members(of: response)
          try writer.member("hits") { writer in
            try writer.array { writer in
              for hit in found { try writer.element { try $0.write(hit, fields, store, txn) } }
            }
          }
          response.tookMs = prepared.milliseconds + clock.total
          writer.member("took_ms") { $0.number(response.tookMs) }
        }
      }
      responses.append(response)
    }
    return responses
  }
}

extension Search.Prepared {
  /// Ranks one of the queries: its response without hits, the products found, and which of their
  /// attributes are wanted.
  fileprivate func run(
    _ place: Int, _ store: ProductStore, _ snapshot: borrowing Snapshot,
    _ txn: borrowing ReadTransaction, _ cancellation: Cancellation
  ) throws -> (SearchResponse, [FoundProduct], [Bool]?) {
    let fields = try store.wanted(queries[place].fields)
    var searcher = Searcher(
      query: queries[place], embedded: vectors[place], embedding: milliseconds, store: store,
      cancellation: cancellation)
    let (response, found) = try searcher.run(snapshot, txn)
    return (response, found, fields)
  }
}

extension ProductStore {
  /// Which attributes, by number, hits are to tell; nil for all.
  func wanted(_ fields: [String]?) throws -> [Bool]? {
    guard let fields else { return nil }
    var wanted = [Bool](repeating: false, count: schema.attributes.count)
    for name in fields {
      wanted[try attribute(name, expected: "an attribute of the index").number] = true
    }
    return wanted
  }

  /// A product that was found, with the attributes that are wanted.
  func hit(
    _ found: FoundProduct, _ wanted: [Bool]?, in txn: borrowing ReadTransaction
  ) throws -> Hit {
    guard let product = try product(at: found.slot, wanted: wanted, in: txn) else {
      throw VitrineError.damaged("the product of slot \(found.slot)")
    }
    return Hit(
      id: product.id, score: found.score, image: product.image, attributes: product.attributes,
      words: found.words, explain: found.explain)
  }
}
