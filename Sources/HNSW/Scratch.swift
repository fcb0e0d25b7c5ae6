internal import Kernels
import Synchronization

/// What one search or insertion needs besides the index: allocated once, used by one thread at a
/// time, kept for the next.
final class Scratch: @unchecked Sendable {
  // Sendable: handed from thread to thread by `ScratchPool`, never shared.

  /// Nodes that a step of the walk has met for the first time, with their slots and scores.
  static let gatherCapacity = Graph.broadWidth * IndexConfiguration.greatestCapacity
  let gathered: UnsafeMutablePointer<UInt32>
  let gatheredSlots: UnsafeMutablePointer<UInt32>
  let scores: UnsafeMutablePointer<Int32>
  /// The nodes that the step has expanded.
  static let expandingCapacity = 1024
  let expanding: UnsafeMutablePointer<UInt32>

  /// The nearest nodes so far.
  let pool = CandidatePool()

  /// The positions that the walk has met.
  let visited = VisitedSet()

  /// The query, normalised where the metric wants that: a copy of it, unless it lasts for the
  /// search and needs none.
  var query: UnsafePointer<Float>
  let queryCopy: UnsafeMutablePointer<Float>
  let rotated: UnsafeMutablePointer<Float>
  var code: QueryCode
  private let codeBuffer: UnsafeMutablePointer<Int8>
  private let codeBytes: Int

  /// Candidates that are scored again on full vectors, and the scores that made them that.
  private(set) var candidates: UnsafeMutablePointer<UInt32>
  private(set) var candidateScores: UnsafeMutablePointer<Int32>
  private(set) var candidateDistances: UnsafeMutablePointer<Float>
  private var candidateCapacity = 0

  /// Rows scored since the query began.
  var distanceCount = 0
  /// What tells where the index's blocks lie, if that is to be looked up on the way.
  var pending: PendingLookUps?
  /// Whether what the search reads may have to come from the disk; then, of how many rows it has
  /// looked whether they were in memory, and how many were not.
  var isCold = false
  var sampledCount = 0
  var missingCount = 0

  init(codeBytes: Int) {
    self.codeBytes = codeBytes
    gathered = .allocate(capacity: Self.gatherCapacity)
    gatheredSlots = .allocate(capacity: Self.gatherCapacity)
    scores = .allocate(capacity: Self.gatherCapacity)
    expanding = .allocate(capacity: Self.expandingCapacity)
    candidates = .allocate(capacity: 1)
    candidateScores = .allocate(capacity: 1)
    candidateDistances = .allocate(capacity: 1)
    queryCopy = .allocate(capacity: codeBytes)
    queryCopy.initialize(repeating: 0, count: codeBytes)
    query = UnsafePointer(queryCopy)
    rotated = .allocate(capacity: codeBytes)
    rotated.initialize(repeating: 0, count: codeBytes)
    codeBuffer = QueryCode.allocate(codeBytes)
    code = QueryCode(codeBuffer, codeBytes)
  }

  deinit {
    gathered.deallocate()
    gatheredSlots.deallocate()
    scores.deallocate()
    expanding.deallocate()
    candidates.deallocate()
    candidateScores.deallocate()
    candidateDistances.deallocate()
    queryCopy.deallocate()
    rotated.deallocate()
    codeBuffer.deallocate()
  }

  /// Takes the place of another query's code.
  func beginCode() { code = QueryCode(codeBuffer, codeBytes) }

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

/// A query, less its share of the mean, as a signed code, and what that leaves.
struct QueryCode: @unchecked Sendable {
  // Sendable: who makes it writes the bytes; from then on they are only read.

  /// What a step is at least: 256 over it must be finite.
  static let leastStep = 512 * Float.leastNormalMagnitude

  let bytes: UnsafeMutablePointer<Int8>
  let rest: UnsafeMutablePointer<Int8>
  /// The two together, once they are made.
  var fine: FineQuery?
  /// How much of the mean was taken out.
  var share: Float = 0
  /// The inner product of the whole query and the mean (not for squared distances).
  var meanProduct: Float = 0
  /// The weight of the rows' norms.
  var normWeight: Float = 0
  /// The distance that a step of the scores is.
  var scoreUnit: Float = 0
  /// The sum of the bytes' squares.
  var norm: Float = 0

  /// A code of `byteCount` bytes, with as many behind them for what it leaves.
  init(_ bytes: UnsafeMutablePointer<Int8>, _ byteCount: Int) {
    (self.bytes, rest) = (bytes, bytes + byteCount)
  }

  /// Room for a code where the kernels like it to begin.
  static func allocate(_ byteCount: Int) -> UnsafeMutablePointer<Int8> {
    UnsafeMutableRawPointer.allocate(byteCount: 2 * byteCount, alignment: 64)
      .bindMemory(to: Int8.self, capacity: 2 * byteCount)
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
