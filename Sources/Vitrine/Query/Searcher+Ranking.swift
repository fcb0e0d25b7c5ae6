import HNSW
import LMDB

extension Searcher {
  /// The parts of the score of this query.
  func blend(
    _ found: Candidates, _ words: QueryWords, in txn: borrowing ReadTransaction
  ) throws -> Blend {
    var blend = Blend(store, found.slots)
    let hasLooks = found.similarities != nil
    let sum = query.weights.similarity + query.weights.lexical
    // A part that is not asked for leaves its weight to the other.
    if let similarities = found.similarities, let spread = found.spread {
      let weight = words.areScored ? query.weights.similarity : sum
      let measure: Blend.Measure =
        query.fusion == .calibrated
        ? .similarity(similarities, spread)
        : .rank(Self.ranks(similarities, of: found.slots), of: similarities)
      blend.parts.append(Blend.Part(name: "similarity", weight: weight, measure: measure))
    }
    if words.areScored {
      let weight = hasLooks ? query.weights.lexical : sum
      var measure = Blend.Measure.lexical(words.scores)
      if query.fusion == .reciprocalRank {
        let scores = found.slots.map { words.scores[$0] > 0 ? words.scores[$0] : nil }
        measure = .rank(Self.ranks(scores, of: found.slots), of: scores)
      }
      blend.parts.append(Blend.Part(name: "lexical", weight: weight, measure: measure))
    }
    for boost in query.boosts { try blend.add(boost, in: txn) }
    if query.mentions == .boost {
      for group in words.mentions {
        let slots = try store.mentioned.value(of: group, in: txn.id) {
          SlotSet(try FilterEvaluator(store: store).slots(Mention.condition(group), in: txn))
        }
        var values: [String] = []
        for mention in group where !values.contains(mention.value) { values.append(mention.value) }
        blend.parts.append(
          Blend.Part(
            name: "names \(values.joined(separator: ", "))", weight: query.weights.mention,
            measure: .values(slots)))
      }
    }
    return blend
  }

  /// The ranks from 1 of those that have a score, in the order of `slots`.
  private static func ranks(_ scores: [Float?], of slots: [Slot]) -> [Int?] {
    let order = scores.indices.filter { scores[$0] != nil }.sorted {
      (scores[$1] ?? 0, slots[$0]) < (scores[$0] ?? 0, slots[$1])
    }
    var ranks = [Int?](repeating: nil, count: scores.count)
    for (rank, place) in order.enumerated() { ranks[place] = rank + 1 }
    return ranks
  }

  /// The candidates that are good enough, the best first.
  func relevant(
    _ found: Candidates, _ blend: Blend, in txn: borrowing ReadTransaction
  ) throws -> [ScoredSlot] {
    var relevant: [ScoredSlot] = []
    relevant.reserveCapacity(found.slots.count)
    for start in stride(from: 0, to: found.slots.count, by: 1024) {
      try cancellation.check()
      let places = start..<min(start + 1024, found.slots.count)
      for (place, score) in zip(places, try blend.scores(at: places, in: txn))
      where query.cutoff.map({ score >= $0 }) ?? true {
        relevant.append(ScoredSlot(slot: found.slots[place], score: score))
      }
    }
    return ScoredSlot.ranked(relevant)
  }
}
