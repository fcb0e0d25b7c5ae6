/// The positions that a walk has met: a bitmap, small enough to stay in the cache that the rows run
/// through, and so cheaper to clear for every walk than larger marks would be to keep. Beyond what
/// the first cache holds, the few words that a walk has set are cleared alone. For HNSW's fence
/// alone.
package final class VisitedSet {
  /// The words from which on it is worth while to list what is met: those of 32 KiB.
  private static let manyWords = 4096
  private static let mostListed = 2048

  private(set) var words: UnsafeMutablePointer<UInt64>
  private var capacity = 1
  /// Words that may be set.
  private var wordCount = 0
  /// What has set them, while that is few.
  private let listed: UnsafeMutablePointer<UInt32>
  private var listedCount: Int?

  package init() {
    words = .allocate(capacity: capacity)
    words.initialize(to: 0)
    listed = .allocate(capacity: Self.mostListed)
  }

  deinit {
    words.deallocate()
    listed.deallocate()
  }

  /// Empties the set, for a walk over `positions` nodes.
  package func begin(positions: Int) {
    if let listedCount, 8 * listedCount < wordCount {
      for index in 0..<listedCount { words[Int(listed[index] >> 6)] = 0 }
    } else {
      words.update(repeating: 0, count: wordCount)
    }
    wordCount = (positions + 63) / 64
    listedCount = wordCount < Self.manyWords ? nil : 0
    guard capacity < wordCount else { return }
    words.deallocate()
    capacity = wordCount + wordCount / 4
    words = .allocate(capacity: capacity)
    words.initialize(repeating: 0, count: capacity)
  }

  /// Adds a position; `false` if it was there before.
  package func insert(_ position: UInt32) -> Bool {
    withUnsafePointer(to: position) { note($0, 1) }
    let (word, bit) = (Int(position >> 6), UInt64(1) << UInt64(position & 63))
    defer { words[word] |= bit }
    return words[word] & bit == 0
  }

  /// Adds all positions but those whose bits are set in `kept`.
  package func insert(allBut kept: [UInt64]) {
    listedCount = nil
    kept.withUnsafeBufferPointer { kept in
      let shared = min(wordCount, kept.count)
      for index in 0..<shared { words[index] |= ~kept[index] }
      (words + shared).update(repeating: .max, count: wordCount - shared)
    }
  }

  /// Tells of positions whose bits a kernel has set.
  @inline(__always)
  func note(_ positions: UnsafePointer<UInt32>, _ count: Int) {
    guard let before = listedCount else { return }
    guard before + count <= Self.mostListed else { return listedCount = nil }
    (listed + before).update(from: positions, count: count)
    listedCount = before + count
  }
}
