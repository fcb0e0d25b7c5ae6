internal import Kernels
import Synchronization

/// What one search or insertion needs besides the index: allocated once, used by one thread at a
/// time, kept for the next.
final class Scratch: @unchecked Sendable {
  // Sendable: handed from thread to thread by `ScratchPool`, never shared.

  /// Nodes that a step of the walk has met for the first time, with their slots and scores.
  static let gatherCapacity = Graph.broadWidth * IndexConfiguration.greatestM0
  let gathered: UnsafeMutablePointer<UInt32>
  let gatheredSlots: UnsafeMutablePointer<UInt32>
  let scores: UnsafeMutablePointer<Int32>
  /// The nodes that the step has expanded.
  static let expandingCapacity = 1024
  let expanding: UnsafeMutablePointer<UInt32>

  /// The nearest nodes so far.
  let pool = CandidatePool()

  /// The positions that the walk has met, as a bitmap: small enough to stay in the cache that the
  /// rows run through, and so cheaper to clear for every walk than larger marks would be to keep.
  private(set) var visited: UnsafeMutablePointer<UInt64>
  private var visitedCapacity = 0

  /// The query: as given, rotated, and as a signed code with the weight of the rows' norms.
  let query: UnsafeMutablePointer<Float>
  let rotated: UnsafeMutablePointer<Float>
  let queryCode: UnsafeMutablePointer<Int8>
  var normWeight: Float = 0
  /// The distance that a step of the scores is.
  var scoreUnit: Float = 0
  /// The sum of squares of the query's code.
  var queryNorm: Float = 0

  /// Candidates that are scored again on full vectors, and the scores that made them that.
  private(set) var candidates: UnsafeMutablePointer<UInt32>
  private(set) var candidateScores: UnsafeMutablePointer<Int32>
  private(set) var candidateDistances: UnsafeMutablePointer<Float>
  private var candidateCapacity = 0

  /// Rows scored since the query began.
  var distanceCount = 0
  /// Whether what the search reads may have to come from the disk; then, of how many rows it has
  /// looked whether they were in memory, and how many were not.
  var isCold = false
  var sampledCount = 0
  var missingCount = 0

  init(codeBytes: Int) {
    gathered = .allocate(capacity: Self.gatherCapacity)
    gatheredSlots = .allocate(capacity: Self.gatherCapacity)
    scores = .allocate(capacity: Self.gatherCapacity)
    expanding = .allocate(capacity: Self.expandingCapacity)
    visited = .allocate(capacity: 1)
    candidates = .allocate(capacity: 1)
    candidateScores = .allocate(capacity: 1)
    candidateDistances = .allocate(capacity: 1)
    query = .allocate(capacity: codeBytes)
    query.initialize(repeating: 0, count: codeBytes)
    rotated = .allocate(capacity: codeBytes)
    rotated.initialize(repeating: 0, count: codeBytes)
    queryCode = UnsafeMutableRawPointer.allocate(byteCount: codeBytes, alignment: 64)
      .bindMemory(to: Int8.self, capacity: codeBytes)
    queryCode.initialize(repeating: 0, count: codeBytes)
  }

  deinit {
    gathered.deallocate()
    gatheredSlots.deallocate()
    scores.deallocate()
    expanding.deallocate()
    visited.deallocate()
    candidates.deallocate()
    candidateScores.deallocate()
    candidateDistances.deallocate()
    query.deallocate()
    rotated.deallocate()
    queryCode.deallocate()
  }

  /// Empties the visited set for a walk over `positions` nodes.
  func beginVisits(positions: Int) {
    let words = (positions + 63) / 64
    if visitedCapacity < words {
      visited.deallocate()
      visitedCapacity = words + words / 4
      visited = .allocate(capacity: visitedCapacity)
    }
    visited.update(repeating: 0, count: words)
  }

  /// Marks a position; `false` if it was marked before.
  func visit(_ position: UInt32) -> Bool {
    let (word, bit) = (Int(position >> 6), UInt64(1) << UInt64(position & 63))
    defer { visited[word] |= bit }
    return visited[word] & bit == 0
  }

  /// Marks the positions of level 0 that do not match a filter.
  func visit(allBut filter: SlotSet, positions: Int) {
    let words = (positions + 63) / 64
    filter.words.withUnsafeBufferPointer { matches in
      let shared = min(words, matches.count)
      for index in 0..<shared { visited[index] |= ~matches[index] }
      (visited + shared).update(repeating: .max, count: words - shared)
    }
  }

  /// Makes room for `count` candidates.
  func reserveCandidates(_ count: Int) {
    guard candidateCapacity < count else { return }
    candidates.deallocate()
    candidateScores.deallocate()
    candidateDistances.deallocate()
    candidateCapacity = count
    candidates = .allocate(capacity: count)
    candidateScores = .allocate(capacity: count)
    candidateDistances = .allocate(capacity: count)
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
