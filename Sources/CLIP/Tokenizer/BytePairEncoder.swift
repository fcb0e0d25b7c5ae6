/// Merges the bytes of a word into the tokens of a vocabulary (Sennrich et al. 2016,
/// arXiv 1508.07909, on bytes): as long as two neighboring symbols have a merge, the pair of the
/// lowest rank is joined, the leftmost first.
struct BytePairEncoder: Sendable {
  struct Merge: Sendable {
    let rank: UInt32
    let result: Int32
  }

  /// Ids of the 256 bytes as symbols inside a word and at its end.
  let inside: [Int32]
  let last: [Int32]
  /// Merges by the ids of left and right, packed by ``key(_:_:)``.
  let merges: [UInt64: Merge]

  static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  /// Reusable memory of ``encode(_:into:scratch:)``.
  struct Scratch {
    fileprivate var symbols: [Int32] = []
    fileprivate var next: [Int] = []
    fileprivate var previous: [Int] = []
    fileprivate var queue = MinHeap()
  }

  /// Appends the tokens of `word`, its bytes, to `ids`.
  ///
  /// - Complexity: O(n log n) in the bytes of the word.
  func encode(_ word: Span<UInt8>, into ids: inout [Int32], scratch: inout Scratch) {
    let count = word.count
    guard count > 0 else { return }
    scratch.symbols.removeAll(keepingCapacity: true)
    scratch.next.removeAll(keepingCapacity: true)
    scratch.previous.removeAll(keepingCapacity: true)
    for i in 0..<count {
      scratch.symbols.append((i == count - 1 ? last : inside)[Int(word[i])])
      scratch.next.append(i + 1)
      scratch.previous.append(i - 1)
    }
    for i in 0..<(count - 1) { propose(i, &scratch) }
    while let (rank, left) = scratch.queue.pop() { join(left, rank: rank, &scratch) }
    var i = 0
    while i < count {
      ids.append(scratch.symbols[i])
      i = scratch.next[i]
    }
  }

  private func merge(at left: Int, _ scratch: borrowing Scratch) -> Merge? {
    let right = scratch.next[left]
    guard right < scratch.symbols.count else { return nil }
    return merges[Self.key(scratch.symbols[left], scratch.symbols[right])]
  }

  private func propose(_ left: Int, _ scratch: inout Scratch) {
    if let merge = merge(at: left, scratch) { scratch.queue.push(rank: merge.rank, left) }
  }

  /// Joins the pair at `left` unless an earlier join changed it since it was proposed.
  private func join(_ left: Int, rank: UInt32, _ scratch: inout Scratch) {
    guard scratch.symbols[left] != Self.joined, let merge = merge(at: left, scratch),
      merge.rank == rank
    else { return }
    let right = scratch.next[left]
    let after = scratch.next[right]
    scratch.symbols[left] = merge.result
    scratch.symbols[right] = Self.joined
    scratch.next[left] = after
    if after < scratch.symbols.count {
      scratch.previous[after] = left
      propose(left, &scratch)
    }
    if scratch.previous[left] >= 0 { propose(scratch.previous[left], &scratch) }
  }

  /// Marks a symbol that its left neighbor has swallowed.
  private static let joined: Int32 = -1
}

/// Pairs waiting to be joined: the lowest rank first, then the leftmost.
private struct MinHeap {
  private var keys: [UInt64] = []

  mutating func push(rank: UInt32, _ position: Int) {
    let key = UInt64(rank) << 32 | UInt64(position)
    var child = keys.count
    keys.append(key)
    while child > 0, keys[(child - 1) / 2] > key {
      keys[child] = keys[(child - 1) / 2]
      child = (child - 1) / 2
    }
    keys[child] = key
  }

  mutating func pop() -> (rank: UInt32, position: Int)? {
    guard let top = keys.first, let moved = keys.popLast() else { return nil }
    if !keys.isEmpty {
      var parent = 0
      while true {
        var child = 2 * parent + 1
        if child + 1 < keys.count, keys[child + 1] < keys[child] { child += 1 }
        guard child < keys.count, keys[child] < moved else { break }
        keys[parent] = keys[child]
        parent = child
      }
      keys[parent] = moved
    }
    return (UInt32(truncatingIfNeeded: top >> 32), Int(top & 0xffff_ffff))
  }
}
