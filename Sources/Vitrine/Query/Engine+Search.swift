internal import Logging
internal import Metrics

extension Engine {
  /// Answers a query from the newest snapshot.
  ///
  /// Any number of tasks may search at once, while others write. The work is done outside the
  /// cooperative thread pool; cancelling the task stops it at its next stage.
  ///
  /// - Throws: ``QueryError``, ``FilterError``, ``VitrineError`` (a product that is not there, a
  ///   photograph without a model), what the model says of a photograph, `CancellationError`.
  public func search(_ query: Query) async throws -> SearchResponse {
    try await search([query])[0]
  }

  /// Answers several queries from one snapshot, with one call of the model for all their texts.
  ///
  /// - Returns: the answers in the order of the queries.
  /// - Throws: what ``search(_:)-(Query)`` throws, for the first query that fails.
  public func search(_ queries: [Query]) async throws -> [SearchResponse] {
    try await Cancellation.offload { [self] cancellation in
      let start = ContinuousClock.now
      let vectors = try Search.prepare(queries, embedder)
      let embedding = StageClock.milliseconds(.now - start)
      var responses = try read { txn, snapshot, store in
        try Search.answer(queries, vectors: vectors, store: store, snapshot, txn, cancellation)
      }
      for index in responses.indices {
        responses[index].add(embedding: embedding / Double(queries.count))
        Self.report(responses[index])
      }
      return responses
    }
  }

  private static let logger = Logger(label: "vitrine")

  private static func report(_ response: SearchResponse) {
    let path = [("path", response.path)]
    Metrics.Timer(label: "vitrine_search_duration", dimensions: path)
      .recordMilliseconds(response.tookMs)
    Counter(label: "vitrine_searches", dimensions: path).increment()
    logger.debug(
      "search",
      metadata: [
        "query": "\(response.query)", "path": "\(response.path)", "hits": "\(response.hits.count)",
        "took_ms": "\(response.tookMs)",
      ])
  }
}

extension SearchResponse {
  /// Counts the time of embedding, which came before the clock of the search began.
  fileprivate mutating func add(embedding milliseconds: Double) {
    tookMs += milliseconds
    plan?.milliseconds["embed"] = milliseconds
  }
}
