internal import CKernels

/// The nearest positions so far: what a walk over a graph expands, and what a scan keeps. In no
/// order. For HNSW's fence alone.
package final class CandidatePool {
  let raw: UnsafeMutablePointer<ck_pool>

  package init() {
    raw = .allocate(capacity: 1)
    raw.initialize(to: ck_pool())
  }

  deinit {
    raw.pointee.entries?.deallocate()
    raw.deallocate()
  }

  /// Empties the pool and makes room in it for `capacity` entries, at least one.
  package func begin(_ capacity: Int) {
    let capacity = max(1, capacity)
    raw.pointee.count = 0
    raw.pointee.expanded = 0
    raw.pointee.open = 0
    raw.pointee.open_limit = 0
    raw.pointee.steps = 0
    raw.pointee.limit = .max
    raw.pointee.capacity = UInt32(capacity)
    // Dropping what is too far looks at all several times: the more, the rarer. A narrow walk need
    // not at all.
    let room = max(capacity + capacity / 2, 256) + CK_POOL_SLACK
    guard raw.pointee.room < room else { return }
    raw.pointee.entries?.deallocate()
    raw.pointee.entries = .allocate(capacity: room)
    raw.pointee.room = UInt32(room)
  }

  package var count: Int { Int(raw.pointee.count) }
  /// The first entries have been expanded: so many.
  package var expandedCount: Int { Int(raw.pointee.expanded) }

  /// The position of an entry.
  @inline(__always)
  package func position(_ index: Int) -> UInt32 {
    Self.position(of: raw.pointee.entries[index])
  }

  /// The score of an entry.
  @inline(__always)
  package func score(_ index: Int) -> Int32 {
    Self.score(of: raw.pointee.entries[index])
  }

  @inline(__always)
  static func position(of entry: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: entry)
  }

  @inline(__always)
  static func score(of entry: UInt64) -> Int32 {
    Int32(bitPattern: UInt32(truncatingIfNeeded: entry >> 32) ^ 0x8000_0000)
  }

  @inline(__always)
  static func entry(score: Int32, position: UInt32) -> UInt64 {
    UInt64(UInt32(bitPattern: score) ^ 0x8000_0000) << 32 | UInt64(position)
  }

  /// Copies `count` entries from `start` on into a list of positions and one of scores.
  package func copy(
    from start: Int, count: Int, _ positions: UnsafeMutablePointer<UInt32>,
    _ scores: UnsafeMutablePointer<Int32>
  ) {
    for index in 0..<count {
      positions[index] = position(start + index)
      scores[index] = score(start + index)
    }
  }

  /// Copies the entries with scores up to `limit`; returns their number.
  package func copy(
    upTo limit: Int32, _ positions: UnsafeMutablePointer<UInt32>,
    _ scores: UnsafeMutablePointer<Int32>
  ) -> Int {
    var copied = 0
    for index in 0..<count where score(index) <= limit {
      positions[copied] = position(index)
      scores[copied] = score(index)
      copied += 1
    }
    return copied
  }

  /// Gives `count` entries from `start` on other scores.
  package func setScores(from start: Int, count: Int, _ scores: UnsafePointer<Int32>) {
    for index in start..<start + count {
      raw.pointee.entries[index] = Self.entry(
        score: scores[index - start], position: position(index))
    }
  }

  /// How many of the entries that have been expanded have their bits set in `bitmap`.
  package func expandedCount(in bitmap: UnsafeBufferPointer<UInt64>) -> Int {
    (0..<expandedCount).count { Self.contains(position($0), in: bitmap) }
  }

  /// Drops the entries whose bits are not set in `bitmap`.
  package func keep(in bitmap: UnsafeBufferPointer<UInt64>) {
    keep { Self.contains($0, in: bitmap) }
  }

  @inline(__always)
  private static func contains(_ position: UInt32, in bitmap: UnsafeBufferPointer<UInt64>) -> Bool {
    let word = Int(position >> 6)
    return word < bitmap.count && bitmap[word] >> UInt64(position & 63) & 1 == 1
  }

  /// Drops the entries whose position does not satisfy `isWanted`.
  @inline(__always)
  package func keep(where isWanted: (_ position: UInt32) -> Bool) {
    guard let entries = raw.pointee.entries else { return }
    var (kept, expanded, open) = (0, 0, 0)
    let opened = raw.pointee.expanded + raw.pointee.open
    for index in 0..<count where isWanted(position(index)) {
      entries[kept] = entries[index]
      kept += 1
      if index < raw.pointee.expanded { expanded += 1 } else if index < opened { open += 1 }
    }
    raw.pointee.count = UInt32(kept)
    raw.pointee.expanded = UInt32(expanded)
    raw.pointee.open = UInt32(open)
  }
}
