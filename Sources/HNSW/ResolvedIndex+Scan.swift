/// The ways that look at everything that may be returned.
extension ResolvedIndex {
  /// Slots that are scored at a time.
  private static let batch = 256

  /// Scores the codes of all matches, and the best of them again in full precision.
  func scanCodes(
    _ parameters: SearchParameters, k: Int, matches: Int, _ scratch: Scratch
  ) -> SearchResult {
    let wanted = max(64, 4 * k)
    scratch.beginPool(wanted)
    var count = 0
    forEachBatch(parameters.filter, scratch) { size in
      graph.score(size, scratch)
      for index in 0..<size {
        _ = graph.insert(
          PoolEntry.make(scratch.scores[index], scratch.gatheredSlots[index]), into: scratch.pool,
          &count, wanted)
      }
    }
    scratch.reserveCandidates(count)
    for index in 0..<count { scratch.candidates[index] = PoolEntry.position(scratch.pool[index]) }
    let hits = rank(count, k: k, within: parameters.maxDistance, scratch)
    return result(hits, .scan, isExact: count < wanted, matches: matches, scratch)
  }

  /// Measures all matches in full precision.
  func scanVectors(
    _ parameters: SearchParameters, k: Int, matches: Int, _ scratch: Scratch
  ) -> SearchResult {
    scratch.beginPool(k)
    scratch.reserveCandidates(max(Self.batch, k))
    var count = 0
    forEachBatch(parameters.filter, scratch) { size in
      scratch.candidates.update(from: scratch.gatheredSlots, count: size)
      measure(size, scratch)
      for index in 0..<size {
        let entry = PoolEntry.make(
          orderedBits(scratch.candidateDistances[index]), scratch.candidates[index])
        _ = graph.insert(entry, into: scratch.pool, &count, k)
      }
    }
    for index in 0..<count { scratch.candidates[index] = PoolEntry.position(scratch.pool[index]) }
    let hits = rank(count, k: k, within: parameters.maxDistance, scratch)
    return result(hits, .scan, isExact: true, matches: matches, scratch)
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
