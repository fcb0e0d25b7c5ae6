internal import Kernels
import Synchronization

/// What one search or insertion needs besides the index: allocated once, used by one thread at a
/// time, kept for the next.
final class Scratch: @unchecked Sendable {
  // Sendable: handed from thread to thread by `ScratchPool`, never shared.

  /// Nodes that a step of the walk has met for the first time, with their slots and scores.
  static let gatherCapacity = 512
  let gathered: UnsafeMutablePointer<UInt32>
  let gatheredSlots: UnsafeMutablePointer<UInt32>
  let scores: UnsafeMutablePointer<Int32>

  /// The nearest nodes so far, ascending: see ``PoolEntry``.
  private(set) var pool: UnsafeMutablePointer<UInt64>
  private(set) var poolCapacity = 0
  var poolCount = 0

  /// `visited[p] == stamp` says that the walk has met position `p`.
  private(set) var visited: UnsafeMutablePointer<UInt16>
  private var visitedCapacity = 0
  private(set) var stamp: UInt16 = 0

  /// The query: as given, and as a signed code with the weight of the rows' norms.
  let query: UnsafeMutablePointer<Float>
  let queryCode: UnsafeMutablePointer<Int8>
  var normWeight: Float = 0
  /// The sum of squares of the query's code.
  var queryNorm: Float = 0

  /// Candidates that are scored again on full vectors.
  private(set) var candidates: UnsafeMutablePointer<UInt32>
  private(set) var candidateDistances: UnsafeMutablePointer<Float>
  private var candidateCapacity = 0

  /// Rows scored since the query began.
  var distanceCount = 0

  init(codeBytes: Int) {
    gathered = .allocate(capacity: Self.gatherCapacity)
    gatheredSlots = .allocate(capacity: Self.gatherCapacity)
    scores = .allocate(capacity: Self.gatherCapacity)
    pool = .allocate(capacity: 1)
    visited = .allocate(capacity: 1)
    candidates = .allocate(capacity: 1)
    candidateDistances = .allocate(capacity: 1)
    query = .allocate(capacity: codeBytes)
    query.initialize(repeating: 0, count: codeBytes)
    queryCode = UnsafeMutableRawPointer.allocate(byteCount: codeBytes, alignment: 64)
      .bindMemory(to: Int8.self, capacity: codeBytes)
    queryCode.initialize(repeating: 0, count: codeBytes)
  }

  deinit {
    gathered.deallocate()
    gatheredSlots.deallocate()
    scores.deallocate()
    pool.deallocate()
    visited.deallocate()
    candidates.deallocate()
    candidateDistances.deallocate()
    query.deallocate()
    queryCode.deallocate()
  }

  /// Empties the pool and makes room in it for `count` entries.
  func beginPool(_ count: Int) {
    poolCount = 0
    guard poolCapacity < count + 1 else { return }
    pool.deallocate()
    poolCapacity = count + 1
    pool = .allocate(capacity: poolCapacity)
  }

  /// Empties the pool and the visited set for a walk over `positions` nodes.
  func beginWalk(positions: Int, pool count: Int) {
    beginPool(count)
    if visitedCapacity < positions {
      visited.deallocate()
      visitedCapacity = positions + positions / 4 + 64
      visited = .allocate(capacity: visitedCapacity)
      visited.initialize(repeating: 0, count: visitedCapacity)
      stamp = 0
    }
    if stamp == .max {
      visited.update(repeating: 0, count: visitedCapacity)
      stamp = 0
    }
    stamp += 1
  }

  /// Makes room for `count` candidates.
  func reserveCandidates(_ count: Int) {
    guard candidateCapacity < count else { return }
    candidates.deallocate()
    candidateDistances.deallocate()
    candidateCapacity = count
    candidates = .allocate(capacity: count)
    candidateDistances = .allocate(capacity: count)
  }
}

/// An entry of the pool: the score, made unsigned, above the position, so that entries compare
/// as numbers. The position's top bit says that its neighbors have been looked at.
enum PoolEntry {
  static let expanded: UInt64 = 1 << 31

  @inline(__always)
  static func make(_ score: Int32, _ position: UInt32) -> UInt64 {
    UInt64(UInt32(bitPattern: score) ^ 0x8000_0000) << 32 | UInt64(position)
  }
  @inline(__always)
  static func position(_ entry: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: entry) & 0x7FFF_FFFF
  }
  @inline(__always)
  static func score(_ entry: UInt64) -> Int32 {
    Int32(bitPattern: UInt32(truncatingIfNeeded: entry >> 32) ^ 0x8000_0000)
  }
}

/// The scratch of searches that are not running.
final class ScratchPool: Sendable {
  private let idle = Mutex<[Scratch]>([])
  private let codeBytes: Int

  init(codeBytes: Int) { self.codeBytes = codeBytes }

  func with<R>(_ body: (Scratch) throws -> R) rethrows -> R {
    let scratch = idle.withLock { $0.popLast() } ?? Scratch(codeBytes: codeBytes)
    defer { idle.withLock { $0.append(scratch) } }
    return try body(scratch)
  }
}
