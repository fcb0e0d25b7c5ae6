import HNSW

/// The lexical scores of one query, by slot.
struct LexicalScores {
  /// What one alternative of a word adds to the products that have it.
  struct Matches {
    let products: [(slot: Slot, frequency: Float)]
    let factor: Float

    /// - Parameter products: at least one, in the order of slots.
    init(_ products: [(slot: Slot, frequency: Float)], factor: Float) {
      self.products = products
      self.factor = factor
    }
  }

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

  /// Adds the next word of the query: of its alternatives, the best one of each product counts.
  ///
  /// - Parameter best: the most that the word could add to a product.
  mutating func add(_ alternatives: [Matches], best: Float) {
    ceiling += best
    let end = alternatives.map { Int($0.products[$0.products.count - 1].slot) + 1 }.max() ?? 0
    if end > totals.count { totals += repeatElement(0, count: end - totals.count) }
    var words = [UInt64](repeating: 0, count: (end + 63) / 64)
    if alternatives.count == 1 {
      Self.add(alternatives[0], to: &totals, &words)
    } else {
      var scores = [Float](repeating: 0, count: end)
      for matches in alternatives { Self.raise(&scores, &words, to: matches) }
      SlotSet(words: words).forEach { totals[Int($0)] += scores[Int($0)] }
    }
    matched.append(SlotSet(words: words))
  }

  private static func add(_ matches: Matches, to totals: inout [Float], _ words: inout [UInt64]) {
    for (slot, frequency) in matches.products {
      totals[Int(slot)] += matches.factor * frequency / (LexicalScorer.k1 + frequency)
      words[Int(slot >> 6)] |= 1 << UInt64(slot & 63)
    }
  }

  private static func raise(
    _ scores: inout [Float], _ words: inout [UInt64], to matches: Matches
  ) {
    for (slot, frequency) in matches.products {
      let score = matches.factor * frequency / (LexicalScorer.k1 + frequency)
      scores[Int(slot)] = max(scores[Int(slot)], score)
      words[Int(slot >> 6)] |= 1 << UInt64(slot & 63)
    }
  }
}
