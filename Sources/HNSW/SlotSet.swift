/// A set of slots as a dense bitmap: bit `s % 64` of word `s / 64` is slot `s`.
///
/// A value with copy-on-write storage; membership is O(1), everything else O(words).
public struct SlotSet: Sendable, Equatable {
  /// The bitmap.
  public private(set) var words: [UInt64]
  /// Number of slots in the set.
  public private(set) var count: Int

  /// The empty set.
  public init() { self.init(words: []) }

  /// The set of the bits that are set in `words`.
  public init(words: [UInt64]) {
    self.words = words
    count = words.reduce(0) { $0 + $1.nonzeroBitCount }
  }

  /// The set of the given slots, in any order; quicker in ascending order.
  @inlinable
  public init(_ slots: some Sequence<Slot>) {
    var words: [UInt64] = []
    // Neighbors share a word, which is written once.
    var (index, word) = (0, UInt64(0))
    for slot in slots {
      if Int(slot >> 6) != index {
        Self.put(word, at: index, of: &words)
        (index, word) = (Int(slot >> 6), 0)
      }
      word |= 1 << UInt64(slot & 63)
    }
    if word != 0 { Self.put(word, at: index, of: &words) }
    self.init(words: words)
  }

  @usableFromInline
  static func put(_ word: UInt64, at index: Int, of words: inout [UInt64]) {
    while words.count <= index { words.append(0) }
    words[index] |= word
  }

  /// Whether the set is empty.
  public var isEmpty: Bool { count == 0 }

  /// Whether `slot` is in the set.
  @inlinable
  public func contains(_ slot: Slot) -> Bool {
    let word = Int(slot >> 6)
    return word < words.count && words[word] >> UInt64(slot & 63) & 1 == 1
  }

  /// Adds a slot.
  public mutating func insert(_ slot: Slot) {
    let word = Int(slot >> 6)
    if word >= words.count {
      words.append(contentsOf: repeatElement(0, count: word + 1 - words.count))
    }
    let bit = UInt64(1) << UInt64(slot & 63)
    if words[word] & bit == 0 {
      words[word] |= bit
      count += 1
    }
  }

  /// The slots in both sets.
  public func intersection(_ other: SlotSet) -> SlotSet {
    SlotSet(words: zip(words, other.words).map { $0 & $1 })
  }

  /// The slots of this set that are not in `other`.
  public func subtracting(_ other: SlotSet) -> SlotSet {
    var result = words
    for index in 0..<min(result.count, other.words.count) { result[index] &= ~other.words[index] }
    return SlotSet(words: result)
  }

  /// The first word from `index` on that is not empty; `end` if there is none before that.
  @inline(__always)
  func word(from index: Int, before end: Int) -> Int {
    words.withUnsafeBufferPointer { words in
      var index = index
      // Eight at a time: of few slots, most words are empty.
      while index + 8 <= end, (index..<index + 8).reduce(0, { $0 | words[$1] }) == 0 { index += 8 }
      while index < end, words[index] == 0 { index += 1 }
      return index
    }
  }

  /// Calls `body` with every slot in ascending order.
  @inlinable
  public func forEach<E: Error>(_ body: (Slot) throws(E) -> Void) throws(E) {
    for (index, word) in words.enumerated() {
      var rest = word
      while rest != 0 {
        try body(Slot(index) << 6 + Slot(rest.trailingZeroBitCount))
        rest &= rest - 1
      }
    }
  }
}
