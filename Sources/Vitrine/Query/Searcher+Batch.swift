package import HNSW
package import LMDB

/// Answers queries from one snapshot, for those who hold one.
package enum Search {
  /// - Parameter vectors: what ``prepare(_:_:)`` returned for the same queries.
  package static func answer(
    _ queries: [Query], vectors: [[Int: [Float]]], store: ProductStore,
    _ snapshot: borrowing Snapshot, _ txn: borrowing ReadTransaction,
    _ cancellation: Cancellation = Cancellation()
  ) throws -> [SearchResponse] {
    var responses: [SearchResponse] = []
    for (query, embedded) in zip(queries, vectors) {
      let start = ContinuousClock.now
      var searcher = Searcher(
        query: query, embedded: embedded, store: store, cancellation: cancellation)
      var response = try searcher.run(snapshot, txn)
      response.tookMs = StageClock.milliseconds(.now - start)
      responses.append(response)
    }
    return responses
  }

  /// Checks queries and embeds their texts and photographs, before a snapshot is held.
  package static func prepare(
    _ queries: [Query], _ embedder: (any Embedder)?
  ) throws -> [[Int: [Float]]] {
    for query in queries { try query.validate() }
    return try QueryEmbedding.vectors(of: queries, embedder)
  }
}
