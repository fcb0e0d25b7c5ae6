import HNSW

/// The lexical scores of one query, by slot.
struct LexicalScores {
  /// The slots that have any of the words, in no order.
  private(set) var slots: [Slot] = []
  /// The greatest score a product could have: every word in it, endlessly often.
  private(set) var ceiling: Float = 0
  private var totals: [Float] = []
  private var current: [Float] = []
  private var touched: [Slot] = []
  private var matched: [UInt64] = []

  /// The score of a slot; 0 if it has none of the words.
  subscript(slot: Slot) -> Float { Int(slot) < totals.count ? totals[Int(slot)] : 0 }

  /// The score on a scale of 0 to 1, where 1 is out of reach.
  func calibrated(_ slot: Slot) -> Float { ceiling > 0 ? self[slot] / ceiling : 0 }

  /// Which of the first 64 words of the query a product has, or stands for.
  func words(of slot: Slot) -> [Int] {
    guard Int(slot) < matched.count else { return [] }
    return (0..<64).filter { matched[Int(slot)] >> UInt64($0) & 1 == 1 }
  }

  /// Counts the matches of one alternative of a word; the best alternative of a product stays.
  mutating func add(
    _ matches: [(slot: Slot, frequency: Float)], word: Int, factor: Float
  ) {
    guard let last = matches.last else { return }
    grow(to: Int(last.slot) + 1)
    for (slot, frequency) in matches {
      let index = Int(slot)
      let score = factor * frequency / (LexicalScorer.k1 + frequency)
      if current[index] == 0 { touched.append(slot) }
      current[index] = max(current[index], score)
      if word < 64 { matched[index] |= 1 << UInt64(word) }
    }
  }

  /// Adds the best alternatives of a word to the totals.
  mutating func finishWord(best: Float) {
    ceiling += best
    for slot in touched {
      let index = Int(slot)
      if totals[index] == 0 { slots.append(slot) }
      totals[index] += current[index]
      current[index] = 0
    }
    touched.removeAll(keepingCapacity: true)
  }

  private mutating func grow(to count: Int) {
    guard count > totals.count else { return }
    let more = count - totals.count
    totals += repeatElement(0, count: more)
    current += repeatElement(0, count: more)
    matched += repeatElement(0, count: more)
  }
}
