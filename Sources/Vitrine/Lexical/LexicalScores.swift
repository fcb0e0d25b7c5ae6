import HNSW
import Kernels

/// The products that have a term, in the order of slots, and how much it counts in each: 1 if it were
/// in it endlessly often.
struct TermMatches {
  var slots: [Slot] = []
  var values: [Float] = []

  var byteCount: Int {
    slots.count * (MemoryLayout<Slot>.stride + MemoryLayout<Float>.stride)
  }

  /// The same in no more memory than it takes: there was room for every posting.
  var compact: TermMatches {
    TermMatches(
      slots: slots.withUnsafeBufferPointer(Array.init),
      values: values.withUnsafeBufferPointer(Array.init))
  }

  /// - Complexity: O(log products).
  func contains(_ slot: Slot) -> Bool {
    var (low, high) = (0, slots.count)
    while low < high {
      let middle = (low + high) / 2
      if slots[middle] < slot { low = middle + 1 } else { high = middle }
    }
    return low < slots.count && slots[low] == slot
  }
}

/// The lexical scores of one query, by slot.
struct LexicalScores {
  /// What a word of the query may stand for, which products have that, and what it is worth there.
  struct Reading {
    let matches: TermMatches
    let factor: Float
  }

  /// A word of the query.
  struct Word {
    /// Those that any product has. The best one of each product counts.
    let readings: [Reading]
    /// The most that the word could add to a product.
    let best: Float
  }

  /// The greatest score a product could have: every word in it, endlessly often.
  let ceiling: Float
  private let words: [Word]
  private var totals: [Float]

  /// Adds up the words of a query, whose matches are below `slotsEnd`.
  init(_ words: [Word], slotsEnd: Int) {
    self.words = words
    ceiling = words.reduce(0) { $0 + $1.best }
    totals = [Float](repeating: 0, count: words.contains { !$0.readings.isEmpty } ? slotsEnd : 0)
    var greatest: [Float] = []
    for word in words {
      if word.readings.count == 1 {
        add(word.readings[0])
      } else if !word.readings.isEmpty {
        if greatest.isEmpty { greatest = [Float](repeating: 0, count: slotsEnd) }
        addGreatest(of: word.readings, &greatest)
      }
    }
  }

  private mutating func add(_ reading: Reading) {
    var totals = totals.mutableSpan
    for (slot, value) in zip(reading.matches.slots, reading.matches.values) {
      totals[Int(slot)] += reading.factor * value
    }
  }

  /// - Parameter greatest: zeros, as it is again afterwards.
  private mutating func addGreatest(of readings: [Reading], _ greatest: inout [Float]) {
    var greatest = greatest.mutableSpan
    for reading in readings {
      for (slot, value) in zip(reading.matches.slots, reading.matches.values) {
        greatest[Int(slot)] = max(greatest[Int(slot)], reading.factor * value)
      }
    }
    var totals = totals.mutableSpan
    for slot in readings.lazy.flatMap(\.matches.slots) {
      totals[Int(slot)] += greatest[Int(slot)]
      greatest[Int(slot)] = 0
    }
  }

  /// The score of a slot; 0 if it has none of the words.
  subscript(slot: Slot) -> Float { Int(slot) < totals.count ? totals[Int(slot)] : 0 }

  /// The score on a scale of 0 to 1, where 1 is out of reach.
  func calibrated(_ slot: Slot) -> Float { ceiling > 0 ? self[slot] / ceiling : 0 }

  /// Which words of the query a product has, or stands for.
  func words(of slot: Slot) -> [Int] {
    words.indices.filter { words[$0].readings.contains { $0.matches.contains(slot) } }
  }

  /// The slots with the best scores, in ascending order. Of those that are just as good as the last of them,
  /// which may be very many, the first will do.
  /// - Parameter least: lower scores do not matter.
  /// - Complexity: O(greatest slot that has any of the words).
  func best(_ count: Int, of permitted: SlotSet?, from least: Float = 0) -> [Slot] {
    let scores = permitted.map(scores) ?? totals
    return scores.span.places(ofGreatest: count, from: least)
  }

  /// The scores, 0 for what is not permitted.
  private func scores(of permitted: SlotSet) -> [Float] {
    var scores = [Float](repeating: 0, count: totals.count)
    permitted.forEach { slot in
      if Int(slot) < scores.count { scores[Int(slot)] = totals[Int(slot)] }
    }
    return scores
  }
}
