import HNSW
import LMDB

/// Answers one query from one snapshot. The stages run in order on the calling thread.
struct Searcher {
  let query: Query
  /// The vectors of the query's texts and photographs, by the place of their terms.
  let embedded: [Int: [Float]]
  let store: ProductStore
  let cancellation: Cancellation
  var clock = StageClock()

  /// - Throws: ``QueryError``, ``FilterError``, ``VitrineError``, `CancellationError`.
  mutating func run(
    _ snapshot: borrowing Snapshot, _ txn: borrowing ReadTransaction
  ) throws -> SearchResponse {
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
    response.hits = try page.slots.map { try hit($0, blend, words, snapshot, txn) }
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
        milliseconds: clock.milliseconds)
    }
    return response
  }

  private func hit(
    _ ranked: ScoredSlot, _ blend: Blend, _ words: QueryWords, _ snapshot: borrowing Snapshot,
    _ txn: borrowing ReadTransaction
  ) throws -> Hit {
    guard let product = try store.product(at: ranked.slot, in: txn) else {
      throw VitrineError.damaged("the product of slot \(ranked.slot)")
    }
    let matched = words.matched(ranked.slot)
    return Hit(
      id: product.id, score: ranked.score, image: product.image, attributes: product.attributes,
      words: matched.isEmpty ? nil : matched,
      explain: query.explain ? try blend.explanation(ranked.slot, in: txn) : nil)
  }
}
