internal import Kernels

/// The ways that look at everything that may be returned.
extension ResolvedIndex {
  /// Slots that are scored at a time.
  private static let batch = 256

  /// Scores the codes of all matches, and those of the best again in full precision. Where very
  /// many are about as near as the k-th, codes cannot tell which are the nearest: then all matches
  /// are measured.
  func scanCodes(
    _ parameters: SearchParameters, k: Int, matches: Int, _ scratch: Scratch
  ) -> SearchResult {
    let kept = max(64, 4 * k)
    scratch.pool.begin(kept)
    forEachBatch(parameters.filter, scratch) { size in
      graph.score(size, isWalk: false, scratch)
      graph.walks.merge(scratch.scores, scratch.gatheredSlots, size, into: scratch.pool)
    }
    graph.walks.prune(scratch.pool, keep: kept)
    let isComplete = scratch.pool.count < kept
    let count = takeCandidates(aroundPlace: k, scratch)
    guard isComplete || count < kept else {
      return scanVectors(parameters, k: k, matches: matches, scratch)
    }
    let hits = rank(count, k: k, within: parameters.maxDistance, scratch)
    let isExact = isComplete && count == scratch.pool.count
    return result(hits, .scan, isExact: isExact, matches: matches, scratch)
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
        scratch.scores[index] = orderedBits(scratch.candidateDistances[index])
      }
      graph.walks.merge(scratch.scores, scratch.candidates, size, into: scratch.pool)
    }
    graph.walks.prune(scratch.pool, keep: k)
    let hits = rank(
      takeCandidates(upTo: .max, scratch), k: k, within: parameters.maxDistance, scratch)
    return result(hits, .scan, isExact: true, matches: matches, scratch)
  }

  /// Makes candidates of what is in the pool, up to those that have a chance to be among the
  /// nearest k if there is a k-th; returns their number.
  func takeCandidates(aroundPlace k: Int, _ scratch: Scratch) -> Int {
    guard k <= scratch.pool.count else { return takeCandidates(upTo: .max, scratch) }
    let last = graph.walks.entry(at: k, of: scratch.pool)
    let reach = uncertainty(around: last.position, scratch)
    return takeCandidates(upTo: last.score &+ reach, scratch)
  }

  /// Makes candidates of what is in the pool with a score up to `limit`; returns their number.
  func takeCandidates(upTo limit: Int32, _ scratch: Scratch) -> Int {
    let pool = scratch.pool
    scratch.reserveCandidates(pool.count)
    var count = 0
    for index in 0..<pool.count where pool.score(index) <= limit {
      scratch.candidates[count] = pool.position(index)
      count += 1
    }
    return count
  }

  /// Calls `body` with the number of matching live slots gathered, batch by batch.
  @inline(__always)
  private func forEachBatch(_ filter: SlotSet?, _ scratch: Scratch, _ body: (Int) -> Void) {
    let wordCount = (state.header.slotCount + 63) / 64
    var count = 0
    for index in 0..<min(wordCount, filter?.words.count ?? wordCount) {
      var word = filter?.words[index] ?? .max
      if word == 0 { continue }
      word &= state.liveWord(index)
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

/// A float's bits as an integer of the same order.
private func orderedBits(_ value: Float) -> Int32 {
  let bits = Int32(bitPattern: value.bitPattern)
  return bits < 0 ? bits ^ .max : bits
}
