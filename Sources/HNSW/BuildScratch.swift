internal import Kernels
import Synchronization

/// A candidate for a neighbor list: distance above position, so that candidates compare as
/// numbers.
struct Candidate: Comparable {
  private let key: UInt64

  init(_ distance: Int32, _ position: UInt32) {
    key = UInt64(UInt32(bitPattern: distance)) << 32 | UInt64(position)
  }

  var distance: Int32 { Int32(bitPattern: UInt32(truncatingIfNeeded: key >> 32)) }
  var position: UInt32 { UInt32(truncatingIfNeeded: key) }

  static func < (a: Candidate, b: Candidate) -> Bool { a.key < b.key }
}

/// What one thread needs to choose neighbors.
final class BuildScratch: @unchecked Sendable {
  // Sendable: handed from thread to thread by `BuildScratchPool`, never shared.

  let search: Scratch
  /// Candidates, to be chosen from.
  let candidates: UnsafeMutableBufferPointer<Candidate>
  var candidateCount = 0
  /// The codes of the node that is linked, of another that is compared with many, and of the
  /// chosen.
  let node: SignedCodes
  let other: SignedCodes
  let chosenCodes: SignedCodes
  /// Slots to be scored, and their distances.
  let slots: UnsafeMutablePointer<UInt32>
  let distances: UnsafeMutablePointer<Int32>
  /// The chosen, and those passed over.
  let chosen: UnsafeMutableBufferPointer<Candidate>
  var chosenCount = 0
  let passedOver: UnsafeMutableBufferPointer<Candidate>
  let pairDistances: UnsafeMutablePointer<Int32>
  /// The links of a full list and one more, and their places by distance.
  let listed: UnsafeMutablePointer<UInt32>
  let ranked: UnsafeMutableBufferPointer<Candidate>

  init(_ configuration: IndexConfiguration) {
    let most = configuration.upperCapacity
    let capacity = max(configuration.efConstruction, most * (most + 1)) + 1
    search = Scratch(codeBytes: configuration.codeBytes)
    node = SignedCodes(width: configuration.codeBytes, capacity: 1)
    other = SignedCodes(width: configuration.codeBytes, capacity: 1)
    chosenCodes = SignedCodes(width: configuration.codeBytes, capacity: most + 1)
    candidates = .allocate(capacity: capacity)
    slots = .allocate(capacity: capacity)
    distances = .allocate(capacity: capacity)
    chosen = .allocate(capacity: most)
    passedOver = .allocate(capacity: capacity)
    pairDistances = .allocate(capacity: most)
    listed = .allocate(capacity: most + 1)
    ranked = .allocate(capacity: most + 1)
  }

  deinit {
    node.deallocate()
    other.deallocate()
    chosenCodes.deallocate()
    candidates.deallocate()
    slots.deallocate()
    distances.deallocate()
    chosen.deallocate()
    passedOver.deallocate()
    pairDistances.deallocate()
    listed.deallocate()
    ranked.deallocate()
  }
}

extension Graph {
  /// Gives the candidates in `scratch` their distance from the node in `slot`, which becomes that
  /// of `scratch.node`, and sorts them.
  func rankCandidates(around slot: UInt32, on level: GraphLevel, _ scratch: BuildScratch) {
    let count = scratch.candidateCount
    for index in 0..<count {
      scratch.slots[index] = level.codeSlot(scratch.candidates[index].position)
    }
    kernels.take(slot, of: codes, into: scratch.node)
    kernels.codeSquaredDistances(
      codes, from: scratch.node, scratch.slots, count, scratch.distances)
    for index in 0..<count {
      scratch.candidates[index] = Candidate(
        scratch.distances[index], scratch.candidates[index].position)
    }
    order(count, scratch)
  }

  /// Puts the first `count` candidates in order. They are distinct, and numbers.
  private func order(_ count: Int, _ scratch: BuildScratch) {
    guard let candidates = scratch.candidates.baseAddress,
      let spare = scratch.passedOver.baseAddress
    else { return }
    candidates.withMemoryRebound(to: UInt64.self, capacity: count) { numbers in
      spare.withMemoryRebound(to: UInt64.self, capacity: count) { walks.order(numbers, count, $0) }
    }
  }

  /// A node as a candidate, at its distance from `scratch.node`.
  func candidate(
    _ position: UInt32, on level: GraphLevel, _ scratch: BuildScratch
  ) -> Candidate {
    var slot = level.codeSlot(position)
    var distance: Int32 = 0
    kernels.codeSquaredDistances(codes, from: scratch.node, &slot, 1, &distance)
    return Candidate(distance, position)
  }

  /// Chooses up to `limit` neighbors from the ranked candidates, beside those chosen already:
  /// SELECT-NEIGHBORS-HEURISTIC of the paper, on level 0 with keepPrunedConnections. A candidate
  /// that is nearer to a chosen one than to the node is passed over, and there taken only if there
  /// is room left.
  func chooseNeighbors(limit: Int, on level: GraphLevel, _ scratch: BuildScratch) {
    var passed = 0
    for index in 0..<scratch.candidateCount where scratch.chosenCount < limit {
      let candidate = scratch.candidates[index]
      let slot = level.codeSlot(candidate.position)
      if isCovered(slot, within: candidate.distance, scratch) {
        scratch.passedOver[passed] = candidate
        passed += 1
      } else {
        scratch.chosen[scratch.chosenCount] = candidate
        choose(slot, scratch)
      }
    }
    guard !level.isUpper else { return }
    for index in 0..<passed where scratch.chosenCount < limit {
      let candidate = scratch.passedOver[index]
      scratch.chosen[scratch.chosenCount] = Candidate(
        candidate.distance, candidate.position | Link.passedFlag)
      scratch.chosenCount += 1
    }
  }

  /// Whether one of the first `count` of `scratch.slots` is nearer to `scratch.node` than
  /// `distance`.
  func isNodeCovered(_ count: Int, within distance: Int32, _ scratch: BuildScratch) -> Bool {
    let measured = kernels.codeSquaredDistances(
      codes, from: scratch.node, scratch.slots, count, until: distance, scratch.pairDistances)
    return (0..<measured).contains { scratch.pairDistances[$0] < distance }
  }

  /// Adds the node in a slot to the chosen, as far as they matter to ``isCovered(_:within:_:)``.
  func choose(_ slot: UInt32, _ scratch: BuildScratch) {
    kernels.take(slot, of: codes, into: scratch.chosenCodes, at: scratch.chosenCount)
    scratch.chosenCount += 1
  }

  /// Whether one of the chosen is nearer to the node in `slot` than `distance`.
  func isCovered(_ slot: UInt32, within distance: Int32, _ scratch: BuildScratch) -> Bool {
    kernels.isNear(
      codes, slot, to: scratch.chosenCodes, scratch.chosenCount, within: distance)
  }
}

/// The scratch of builders that are not running.
final class BuildScratchPool: Sendable {
  private let idle = Mutex<[BuildScratch]>([])
  private let configuration: IndexConfiguration

  init(_ configuration: IndexConfiguration) { self.configuration = configuration }

  func with<R>(_ body: (BuildScratch) throws -> R) rethrows -> R {
    let scratch = idle.withLock { $0.popLast() } ?? BuildScratch(configuration)
    defer { idle.withLock { $0.append(scratch) } }
    return try body(scratch)
  }
}
