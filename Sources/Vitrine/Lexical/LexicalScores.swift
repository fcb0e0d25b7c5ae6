import HNSW
import Kernels

/// The products that have a term, in the order of slots, and how much it counts in each: 1 if it were
/// in it endlessly often.
struct TermMatches {
  var slots: [Slot] = []
  var values: [Float] = []
}

/// The lexical scores of one query, by slot.
struct LexicalScores {
  /// The greatest score a product could have: every word in it, endlessly often.
  private(set) var ceiling: Float = 0
  private var totals: [Float] = []
  /// The products that have a word of the query, or stand for it, by the place of the word.
  private var matched: [SlotSet] = []

  /// The score of a slot; 0 if it has none of the words.
  subscript(slot: Slot) -> Float { Int(slot) < totals.count ? totals[Int(slot)] : 0 }

  /// The score on a scale of 0 to 1, where 1 is out of reach.
  func calibrated(_ slot: Slot) -> Float { ceiling > 0 ? self[slot] / ceiling : 0 }

  /// The slots that have any of the words.
  var slots: SlotSet { matched.reduce(SlotSet()) { $0.union($1) } }

  /// Which words of the query a product has, or stands for.
  func words(of slot: Slot) -> [Int] { matched.indices.filter { matched[$0].contains(slot) } }

  /// The slots with the best scores, the best first.
  ///
  /// Those that have the rarest word come first: most of the best are among them, and hardly any
  /// other has a score like the worst of these.
  func best(_ count: Int, of permitted: SlotSet?) -> [Slot] {
    var best = BestSlots(capacity: count)
    guard count > 0, let rarest = matched.min(by: { $0.count < $1.count }) else { return [] }
    func offer(_ slot: Slot) {
      let score = totals[Int(slot)]
      if score >= best.floor { best.offer(ScoredSlot(slot: slot, score: score)) }
    }
    (permitted.map(rarest.intersection) ?? rarest).forEach(offer)
    var next = 0
    while let slot = totals.span.firstIndex(
      from: next, atLeast: max(best.floor, .leastNonzeroMagnitude))
    {
      next = slot + 1
      if !rarest.contains(Slot(slot)), permitted?.contains(Slot(slot)) ?? true { offer(Slot(slot)) }
    }
    return best.sorted().map(\.slot)
  }

  /// Adds the next word of the query: of its alternatives, the best one of each product counts.
  ///
  /// - Parameters:
  ///   - alternatives: what they match, at least one product each, and what a match is worth.
  ///   - best: the most that the word could add to a product.
  mutating func add(_ alternatives: [(TermMatches, factor: Float)], best: Float) {
    ceiling += best
    // Not the last one's: a damaged list may be out of order.
    let end = alternatives.compactMap { $0.0.slots.max() }.max().map { Int($0) + 1 } ?? 0
    if end > totals.count { totals += repeatElement(0, count: end - totals.count) }
    if alternatives.count == 1 {
      let (matches, factor) = alternatives[0]
      matched.append(SlotSet(matches.slots))
      return Self.add(matches, factor, to: &totals)
    }
    var scores = [Float](repeating: 0, count: end)
    for (matches, factor) in alternatives { Self.raise(&scores, to: matches, factor) }
    let slots = alternatives.reduce(SlotSet()) { $0.union(SlotSet($1.0.slots)) }
    slots.forEach { totals[Int($0)] += scores[Int($0)] }
    matched.append(slots)
  }

  private static func add(_ matches: TermMatches, _ factor: Float, to totals: inout [Float]) {
    var totals = totals.mutableSpan
    for (slot, value) in zip(matches.slots, matches.values) { totals[Int(slot)] += factor * value }
  }

  private static func raise(_ scores: inout [Float], to matches: TermMatches, _ factor: Float) {
    for (slot, value) in zip(matches.slots, matches.values) {
      scores[Int(slot)] = max(scores[Int(slot)], factor * value)
    }
  }
}
