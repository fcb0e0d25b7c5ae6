internal import Logging

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
    let embedding = QueryEmbedding(queries)
    let turn = await turn(for: embedding)
    return try await Cancellation.offload { [self] cancellation in
      let prepared = try prepare(queries, embedding, turn)
      defer { turn.leave() }
      let responses = try read { txn, snapshot, store in
        try Search.answer(prepared, store: store, snapshot, txn, cancellation)
      }
      responses.forEach(report)
      return responses
    }
  }

  /// The same answers as JSON: an array of them, or the one answer alone. Products are written as
  /// they are read, without values in between, which servers have no use for.
  ///
  /// A walk and no more is done on the calling thread: it takes no longer than a change of threads.
  ///
  /// - Throws: also ``OutOfTime`` at the first stage after the deadline.
  nonisolated(nonsending) package func searchJSON(
    _ queries: [Query], asArray: Bool, deadline: ContinuousClock.Instant? = nil
  ) async throws -> [UInt8] {
    if queries.count == 1, queries[0].isBrief {
      let prepared = try Search.prepare(queries, embedder)
      return try json(prepared, asArray, Cancellation(deadline: deadline))
    }
    let embedding = QueryEmbedding(queries)
    let turn = await turn(for: embedding)
    return try await Cancellation.offload(deadline: deadline) { [self] cancellation in
      let prepared = try prepare(queries, embedding, turn)
      defer { turn.leave() }
      return try json(prepared, asArray, cancellation)
    }
  }

  /// How the few texts of queries come to their vectors. Many are a batch of their own.
  nonisolated(nonsending) private func turn(
    for embedding: QueryEmbedding
  ) async -> TextQueue.Turn {
    guard let embedder else { return .alone }
    let texts = embedding.spoken
    guard (1...8).contains(texts.count) else { return .alone }
    if let known = embedder.remembered(texts: texts) {
      return .embedded(.success(known), milliseconds: 0, nil)
    }
    return await textQueue.turn(for: texts)
  }

  /// Embeds what the queries look for. Those that may take long then make room for others at once.
  private func prepare(
    _ queries: [Query], _ embedding: QueryEmbedding, _ turn: TextQueue.Turn
  ) throws -> Search.Prepared {
    let prepared = try Search.prepare(queries, embedding, embedder, turn)
    if queries.contains(where: { $0.exact || !$0.facets.isEmpty }) { turn.leave() }
    return prepared
  }

  private func json(
    _ prepared: Search.Prepared, _ asArray: Bool, _ cancellation: Cancellation
  ) throws -> [UInt8] {
    var writer = JSONWriter(reserving: prepared.queries.count * 16 << 10)
    let responses = try read { txn, snapshot, store in
      if !asArray {
        return try Search.write(prepared, to: &writer, store: store, snapshot, txn, cancellation)
      }
      return try writer.array { writer in
        try Search.write(prepared, to: &writer, store: store, snapshot, txn, cancellation)
      }
    }
    responses.forEach(report)
    return writer.bytes
  }

  private static let logger = Logger(label: "vitrine")

  private func report(_ response: SearchResponse) {
    meters.count(response)
    Self.logger.debug(
      "search",
      metadata: [
        "query": "\(response.query)", "path": "\(response.path)", "hits": "\(response.hits.count)",
        "took_ms": "\(response.tookMs)",
      ])
  }
}
