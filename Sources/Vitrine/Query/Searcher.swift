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
    let state = PageCursor.Snapshot(revision: store.revision, transaction: txn.id)
    let start = try PageCursor.offset(of: query, snapshot: state)
    var words = try words(in: txn)
    var notes = words.corrections
    let permitted = try permitted(by: words, notes: &notes, in: txn)
    try finish("filter")

    let vector = try direction(besides: words, snapshot, txn)
    try words.score(in: txn)
    try finish("words")

    let found = try candidates(pageTo: start + query.k, vector, words, permitted, snapshot, txn)
    try finish("similarity")

    let blend = try blend(found, words, in: txn)
    notes += try adviceOnBoosts(in: txn)
    let relevant = try relevant(found, blend, in: txn)
    try finish("blend")

    var response = SearchResponse(
      query: query.label, exact: found.isExact, path: found.path, matches: permitted?.count)
    response.notes = notes + adviceOnOrder(of: relevant.count, found)
    if !query.facets.isEmpty {
      response.facets = try facets(relevant, found, in: txn)
      try finish("facets")
    }
    let page = try arranged(relevant, from: start, snapshot, txn)
    let hits = try page.slots.map { try hit($0, blend, words, txn) }
    if page.hasMore {
      let offset = start + page.slots.count
      response.cursor = PageCursor(snapshot: state, query: query, offset: offset).text
    }
    clock.finish("arrange")
    if query.explain {
      response.plan = plan(
        permitted?.count ?? snapshot.count, ranked: relevant.count, found, words, of: txn.id)
    }
    return (response, hits)
  }

  private func plan(
    _ permitted: Int, ranked: Int, _ found: Candidates, _ words: QueryWords, of snapshot: Int
  ) -> Plan {
    Plan(
      permitted: permitted, ranked: ranked, estimate: found.estimate, distances: found.distances,
      words: words.readings, calibration: found.spread.map { [$0.background, $0.best] },
      snapshot: snapshot,
      milliseconds: clock.milliseconds.merging(["embed": embedding]) { _, new in new })
  }

  /// Ends a stage; the next one begins only if the answer is still wanted.
  private mutating func finish(_ stage: String) throws {
    clock.finish(stage)
    try cancellation.check()
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
