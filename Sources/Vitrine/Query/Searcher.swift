import HNSW
import LMDB

/// Answers one query from one snapshot. The stages run in order on the calling thread.
struct Searcher {
  let query: Query
  /// The vectors of the query's texts and photographs, by the place of their terms.
  let embedded: [Int: [Float]]
  /// What these took, in milliseconds.
  let embedding: Double
  let store: ProductStore
  let cancellation: Cancellation
  var clock = StageClock()

  /// The answer without its hits, and which products these are.
  ///
  /// - Throws: ``QueryError``, ``FilterError``, ``VitrineError``, `CancellationError`.
  mutating func run(
    _ snapshot: borrowing Snapshot, _ txn: borrowing ReadTransaction
  ) throws -> (SearchResponse, [FoundProduct]) {
    let start = try PageCursor.offset(of: query, snapshot: txn.id)
    var words = try words(in: txn)
    var notes = words.corrections
    let permitted = try permitted(by: words, notes: &notes, in: txn)
    clock.finish("filter")
    try cancellation.check()

    let vector = try vector(snapshot, txn)
    try words.score(in: txn)
    clock.finish("words")
    try cancellation.check()

    let found = try candidates(vector, words, permitted, snapshot, txn)
    clock.finish("similarity")
    try cancellation.check()

    let blend = try blend(found, words, in: txn)
    let relevant = try relevant(found, blend, in: txn)
    clock.finish("blend")
    try cancellation.check()

    var response = SearchResponse(
      query: query.label, exact: found.isExact, path: found.path, matches: permitted?.count)
    if !query.facets.isEmpty {
      response.facets = try facets(relevant, found, in: txn)
      clock.finish("facets")
    }
    let page = try arranged(relevant, from: start, snapshot, txn)
    let hits = try page.slots.map { try hit($0, blend, words, txn) }
    if page.hasMore {
      response.cursor =
        PageCursor(
          snapshot: txn.id, query: query, offset: start + page.slots.count
        ).text
    }
    clock.finish("arrange")
    response.notes = notes
    if query.explain {
      response.plan = Plan(
        permitted: permitted?.count ?? snapshot.count, ranked: relevant.count,
        estimate: found.estimate, distances: found.distances, words: words.readings,
        calibration: found.spread.map { [$0.background, $0.best] }, snapshot: txn.id,
        milliseconds: clock.milliseconds.merging(["embed": embedding]) { _, new in new })
    }
    return (response, hits)
  }

  private func hit(
    _ ranked: ScoredSlot, _ blend: Blend, _ words: QueryWords, _ txn: borrowing ReadTransaction
  ) throws -> FoundProduct {
    let matched = words.matched(ranked.slot)
    return FoundProduct(
      slot: ranked.slot, score: ranked.score, words: matched.isEmpty ? nil : matched,
      explain: query.explain ? try blend.explanation(ranked.slot, in: txn) : nil)
  }
}

/// A hit whose product has not been read yet.
struct FoundProduct {
  let slot: Slot
  let score: Float
  let words: [String]?
  let explain: [ScorePart]?
}
