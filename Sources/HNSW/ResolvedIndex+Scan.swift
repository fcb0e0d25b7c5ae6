internal import Kernels

/// The ways that look at everything that may be returned.
extension ResolvedIndex {
  /// Slots that are scored at a time.
  private static let batch = 256

  /// Scores the codes of all matches, and those of the best again in full precision. Where very
  /// many are about as near as the k-th, codes cannot tell which are the nearest, nor where they
  /// prove wrong: then all matches are measured.
  func scanCodes(
    _ parameters: SearchParameters, k: Int, matches: Int, _ scratch: Scratch
  ) -> SearchResult {
    let kept = max(64, 4 * k)
    let isComplete = scoreMatches(parameters, k: k, kept: kept, matches: matches, scratch)
    let (limit, reach) = limit(aroundPlace: k, scratch)
    let count = takeCandidates(upTo: limit, scratch)
    guard isComplete || count < kept else {
      return scanVectors(parameters, k: k, matches: matches, scratch)
    }
    let hits = rank(count, k: k, within: parameters.maxDistance, scratch)
    let isExact = isComplete && count == scratch.pool.count
    guard isExact || areCodesRight(count, reach: reach, scratch) else {
      return scanVectors(parameters, k: k, matches: matches, scratch)
    }
    return result(hits, .scan, isExact: isExact, matches: matches, scratch)
  }

  /// Leaves the matches with the best scores by whole codes in the pool, `kept` at most; `true` if
  /// those are all. Reads only the upper halves of most, unless there are hardly more than k or too
  /// many are as near as the k-th by these.
  private func scoreMatches(
    _ parameters: SearchParameters, k: Int, kept: Int, matches: Int, _ scratch: Scratch
  ) -> Bool {
    func score(_ kept: Int, isCoarse: Bool) {
      scratch.pool.begin(kept)
      forEachBatch(parameters.filter, scratch) { size in
        graph.score(size, isWalk: isCoarse, scratch)
        graph.walks.merge(scratch.scores, scratch.gatheredSlots, size, into: scratch.pool)
      }
      graph.walks.prune(scratch.pool, keep: kept)
    }
    if configuration.walksCoarsely, matches > 4 * k {
      let some = 4 * kept
      score(some, isCoarse: true)
      cutCoarsely(at: k, deviations: 4, scratch)
      if scratch.pool.count < some {
        recode(scratch)
        graph.walks.prune(scratch.pool, keep: kept)
        return false
      }
    }
    score(kept, isCoarse: false)
    return scratch.pool.count < kept
  }

  /// Measures all matches in full precision.
  func scanVectors(
    _ parameters: SearchParameters, k: Int, matches: Int, _ scratch: Scratch
  ) -> SearchResult {
    scratch.pool.begin(k)
    scratch.reserveCandidates(max(Self.batch, k))
    forEachBatch(parameters.filter, scratch) { size in
      scratch.candidates.update(from: scratch.gatheredSlots, count: size)
      measure(size, scratch)
      for index in 0..<size {
        scratch.scores[index] = scratch.candidateDistances[index].orderedBits
      }
      graph.walks.merge(scratch.scores, scratch.candidates, size, into: scratch.pool)
    }
    graph.walks.prune(scratch.pool, keep: k)
    let hits = rank(
      takeCandidates(upTo: .max, scratch), k: k, within: parameters.maxDistance, scratch)
    return result(hits, .scan, isExact: true, matches: matches, scratch)
  }

  /// Whether the distances that were measured of the first `count` candidates, which are all within
  /// `reach` of the k-th, differ as their scores do. Components that stand out are clipped, and
  /// vectors with many of them may seem to be nearer than they are: the farther the matches, the
  /// more such are among the best.
  private func areCodesRight(_ count: Int, reach: Int32, _ scratch: Scratch) -> Bool {
    var (low, high) = (Float.infinity, -Float.infinity)
    for index in 0..<count {
      let measured = scratch.candidateDistances[index] / scratch.code.scoreUnit
      let error = measured - Float(scratch.candidateScores[index])
      (low, high) = (min(low, error), max(high, error))
    }
    return !(high - low > 2 * Float(reach))
  }

  /// The score up to which what is in the pool has a chance to be among the nearest k, and how far
  /// beyond the k-th that reaches.
  func limit(aroundPlace k: Int, _ scratch: Scratch) -> (score: Int32, reach: Int32) {
    guard k <= scratch.pool.count else { return (.max, .max) }
    let last = graph.walks.entry(at: k, of: scratch.pool)
    let reach = uncertainty(around: last.position, scratch)
    return (last.score &+ reach, reach)
  }

  /// Makes candidates of what is in the pool with a score up to `limit`; returns their number.
  func takeCandidates(upTo limit: Int32, _ scratch: Scratch) -> Int {
    scratch.reserveCandidates(scratch.pool.count)
    return scratch.pool.copy(upTo: limit, scratch.candidates, scratch.candidateScores)
  }

  /// Calls `body` with the number of matching live slots gathered, batch by batch.
  @inline(__always)
  private func forEachBatch(_ filter: SlotSet?, _ scratch: Scratch, _ body: (Int) -> Void) {
    scratch.pending?.finish()
    let wordCount = (state.header.slotCount + 63) / 64
    let end = min(wordCount, filter?.words.count ?? wordCount)
    var (count, next) = (0, 0)
    while true {
      let index = filter?.word(from: next, before: end) ?? next
      guard index < end else { break }
      next = index + 1
      var word = (filter?.words[index] ?? .max) & state.liveWord(index)
      while word != 0 {
        scratch.gatheredSlots[count] = UInt32(index << 6 + word.trailingZeroBitCount)
        count &+= 1
        word &= word &- 1
      }
      if count > Self.batch - 64 {
        body(count)
        count = 0
      }
    }
    if count > 0 { body(count) }
  }
}
