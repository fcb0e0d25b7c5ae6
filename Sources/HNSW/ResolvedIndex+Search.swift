internal import Kernels

/// The planner: which way a query takes, and the ways through the graph.
extension ResolvedIndex {
  /// What a search costs is counted in rows of codes that a scan reads. A walk's rows are
  /// scattered over memory and cost about this many of them; more, the less of them a cache holds.
  private static let walkRowCost = 1.25
  private static let cachedRows = 200_000.0

  /// What a walk of breadth `ef` among `count` nodes costs. The rows that it scores are, about, a
  /// line through what walks over 200,000 vectors scored. The constants were measured by the
  /// benchmark's phases `plan` and `filter`, which show whether the cheaper way is taken.
  private static func walkCost(ef: Int, among count: Int) -> Double {
    let scatter = max(1, (Double(count) / cachedRows).squareRoot())
    return walkRowCost * scatter * (450 + 6.6 * Double(ef))
  }

  /// Candidates that may be scored by whole codes, and in full precision: beyond k, since halves
  /// of codes, and codes, misorder near ties.
  private func recodeCount(k: Int) -> Int { max(64, 40 + 2 * k) }
  private func rescoreCount(k: Int) -> Int { max(30, k + k / 2) }

  /// Drops what has no chance by whole codes to be among the nearest `place`. What the lower half
  /// of a component adds to a score is about evenly spread over 16, and errs by 16²/12 square.
  /// Three deviations of the difference of two scores leave hardly any out.
  func cutCoarsely(at place: Int, deviations: Float = 3, _ scratch: Scratch) {
    guard place <= scratch.pool.count else { return }
    let last = graph.walks.entry(at: place, of: scratch.pool).score
    let reach = Int32(deviations * (scratch.code.norm * 256 / 6).squareRoot())
    graph.walks.cut(scratch.pool, beyond: last &+ reach)
  }

  /// How far beyond the k-th score a candidate may be to have a chance in full precision. Rounding
  /// to integers errs by 1/12 square a component, of the query's code y on each of a row's code c
  /// and the other way round: the score's variance is (|y|² + |c|²) / 12. Six deviations, of
  /// the difference of two such scores, leave room for what clipping adds.
  func uncertainty(around slot: Slot, _ scratch: Scratch) -> Int32 {
    if scratch.isCold {
      withUnsafePointer(to: slot) { graph.codes.upper.fetchTrailer($0, 1, scratch) }
    }
    let norm = state.codes.norm(Int(slot))
    // Damage may have made the norm negative.
    return Int32(6 * (max(0, scratch.code.norm + Float(norm)) / 6).squareRoot())
  }

  /// Finds the nearest vectors to the query in `scratch.query`; its walk begins at `start`, if that
  /// is known already.
  func search(
    _ parameters: SearchParameters, from start: WalkStart? = nil, _ scratch: Scratch
  ) -> SearchResult {
    reading(scratch) { plan(parameters, from: start, scratch) }
  }

  private func plan(
    _ parameters: SearchParameters, from start: WalkStart?, _ scratch: Scratch
  ) -> SearchResult {
    scratch.distanceCount = start?.distanceCount ?? 0
    let live = state.header.liveCount
    let matches = parameters.filter?.count ?? live
    let k = min(parameters.k, matches, live)
    guard k > 0 else { return result([], .scan, isExact: true, matches: matches, scratch) }
    if start == nil { graph.prepare(scratch.query, scratch) }
    let share = min(1, Double(matches) / Double(live))
    let breadth =
      parameters.ef ?? max(SearchParameters.usualBreadth, parameters.filter == nil ? k : 3 * k)
    let ef = Int(min(Double(live), (Double(breadth) / share).rounded(.up)))
    var estimate = SearchEstimate(scan: Double(matches), walk: Self.walkCost(ef: ef, among: live))
    var found =
      parameters.exact
      ? scanVectors(parameters, k: k, matches: matches, scratch)
      : searchCodes(
        parameters, from: start, k: k, matches: matches, share: share, ef: ef, &estimate, scratch)
    found.estimate = estimate
    return found
  }

  /// Takes the cheaper way: walks, broader and broader where what is found falls short, as long as
  /// that costs less than a scan.
  private func searchCodes(
    _ parameters: SearchParameters, from start: WalkStart?, k: Int, matches: Int, share: Double,
    ef: Int, _ estimate: inout SearchEstimate, _ scratch: Scratch
  ) -> SearchResult {
    var ef = ef
    // A filtered walk must bring more than k, or the last ones are from its ragged edge.
    let enough = parameters.filter == nil ? k : min(matches, k + k / 2)
    let live = state.header.liveCount
    var affordable = Double(matches)
    while parameters.forcedPath.map({ $0 != .scan && ef < live })
      ?? mayWalk(parameters, ef: ef, affordable)
    {
      let found = walk(
        parameters, from: start, ef: ef, k: k, share: share, affordable, &estimate, scratch)
      guard let found else { break }
      if found >= enough {
        if configuration.walksCoarsely {
          cutCoarsely(at: enough, scratch)
          graph.walks.prune(scratch.pool, keep: recodeCount(k: k))
          recode(scratch)
        }
        graph.walks.cut(scratch.pool, beyond: limit(aroundPlace: k, scratch).score)
        graph.walks.prune(scratch.pool, keep: rescoreCount(k: k))
        let count = takeCandidates(upTo: .max, scratch)
        let hits = rank(count, k: k, within: parameters.maxDistance, scratch)
        let path: SearchPath = parameters.filter == nil ? .graph : .filteredGraph
        return result(hits, path, isExact: false, matches: matches, scratch)
      }
      // Where the matches are not among the nearest, few tries must tell, and cheap ones where none
      // is.
      if found == 0 { affordable = Double(matches) / 10 }
      ef *= min(8, max(2, enough / max(1, found)))
    }
    return scanCodes(parameters, k: k, matches: matches, scratch)
  }

  /// Whether to try a walk of breadth `ef`. A filter may let more through near the query than
  /// elsewhere: to find out costs little beside a scan of many.
  private func mayWalk(_ parameters: SearchParameters, ef: Int, _ affordable: Double) -> Bool {
    let live = state.header.liveCount
    let walk = Self.walkCost(ef: ef, among: live)
    guard parameters.filter != nil else { return affordable > walk }
    return affordable > min(walk, 4 * Self.walkCost(ef: graph.firstApproach, among: live))
  }

  func result(
    _ hits: [SearchHit], _ path: SearchPath, isExact: Bool, matches: Int, _ scratch: Scratch
  ) -> SearchResult {
    SearchResult(
      hits: hits, path: path, isExact: isExact, distanceCount: scratch.distanceCount,
      candidateCount: matches)
  }

  /// Walks the graph; leaves the nearest nodes that may be returned in the pool and returns their
  /// number. The pool holds the nearest of all nodes that were scored, and so of those that match,
  /// however the filter correlates with the query. `nil` if it turns out to cost more than is
  /// affordable.
  private func walk(
    _ parameters: SearchParameters, from start: WalkStart?, ef: Int, k: Int, share: Double,
    _ affordable: Double, _ estimate: inout SearchEstimate, _ scratch: Scratch
  ) -> Int? {
    let header = state.header
    let wanted = recodeCount(k: k)
    // Tombstones take places in the pool.
    let crowding = Double(header.nodeCount) / Double(header.liveCount)
    let breadth = Int(Double(ef) * crowding)
    let entry = graph.descend(
      from: start?.position ?? header.entryPoint.position,
      level: start?.level ?? header.entryPoint.level, to: 0,
      breadth: Graph.descentBreadth(ef: Int(Double(breadth) * share)), scratch)
    let keep = max(breadth, Int(Double(wanted) * crowding / share))
    if let filter = parameters.filter {
      let likely = graph.approach(
        filter, share: share, from: entry, ef: breadth, keep: keep, scratch)
      estimate.walk = Self.walkCost(ef: likely, among: header.liveCount)
      guard parameters.forcedPath != nil || affordable > estimate.walk else { return nil }
      graph.walk(matching: filter, share: share, ef: breadth, narrowed: likely, scratch)
      // Beyond, not all that are as near have been met.
      graph.walks.prune(scratch.pool, keep: keep)
      filter.words.withUnsafeBufferPointer { scratch.pool.keep(in: $0) }
    } else {
      graph.walk(graph.levels[0], from: entry, ef: breadth, keep: keep, scratch)
    }
    if header.tombstones > 0 { scratch.pool.keep { state.isLive($0) } }
    return scratch.pool.count
  }

  /// Scores what the pool holds by whole codes.
  func recode(_ scratch: Scratch) {
    let (pool, slots, scores) = (scratch.pool, scratch.gatheredSlots, scratch.scores)
    for start in stride(from: 0, to: pool.count, by: Scratch.gatherCapacity) {
      let size = min(Scratch.gatherCapacity, pool.count - start)
      pool.copy(from: start, count: size, slots, scores)
      graph.refine(size, scratch)
      pool.setScores(from: start, count: size, scores)
    }
  }
}
