internal import Kernels
internal import LMDB
import Synchronization

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// An index while it is being changed: a snapshot with an overlay of changed blocks, in memory
/// until they are flushed. Nothing here reads the index as a whole, but for
/// ``repair(threads:scratch:)`` and `recalibrate(to:threads:)`, whose cost is spread over the
/// changes that make them necessary.
final class WorkingIndex: @unchecked Sendable {
  // Sendable: used by the thread of one `write`. Those of `inParallel` share it: who stores or
  // codes vectors changes the records of its own slots, and who links keeps to the rules of
  // `insert(_:_:from:threads:scratch:)`.

  var state: IndexState
  let kernels: Kernels
  let locks = NodeLocks()
  /// The entry point, packed; read by all inserting threads.
  private let entry: Atomic<UInt64>
  /// Held by a thread that inserts a node above the entry's level.
  let raising = Mutex(())

  init(_ state: IndexState, kernels: Kernels) {
    self.state = state
    self.kernels = kernels
    entry = Atomic(state.header.entryPoint.packed)
  }

  /// Where insertions and searches of the graph as it is now begin.
  var entryPoint: EntryPoint {
    get { EntryPoint(packed: entry.load(ordering: .acquiring)) }
    set { entry.store(newValue.packed, ordering: .releasing) }
  }

  var configuration: IndexConfiguration { state.header.configuration }

  /// Gives the next slot; what it holds is to be stored, and the graph does not know it yet.
  func append() -> Slot {
    let slot = state.header.slotCount
    state.header.slotCount += 1
    state.header.liveCount += 1
    for table in state.slotTables { table.reserve(records: slot + 1) }
    state.live.reserve(records: slot / 64 + 1)
    setLive(Slot(slot), true)
    return Slot(slot)
  }

  /// Stores rows of `vectors`, in their `order`, as the vectors of the slots from `first` on, and
  /// their codes.
  func store(_ vectors: UnsafePointer<Float>, _ order: [Int], from first: Slot, threads: Int) {
    let dimensions = configuration.dimensions
    // Sendable: threads only read the vectors, and end before this returns.
    nonisolated(unsafe) let rows = vectors
    inParallel(order.indices, by: Self.storedTogether, threads: threads) { range in
      for index in range {
        let (vector, slot) = (rows + order[index] * dimensions, Int(first) + index)
        encode(vector, into: slot)
        if let vectors = state.vectors, let format = configuration.storage.format {
          kernels.rows.pack(vector, dimensions, as: format, into: vectors.writableRecord(slot))
        }
      }
    }
  }

  /// Writes the code and the norm of a slot, and the residual, if such are kept.
  func encode(_ vector: UnsafePointer<Float>, into slot: Int) {
    let upper = state.codes.writableRecord(slot)
    let lower = state.lowerCodes?.writableRecord(slot) ?? upper + configuration.codeBytes / 2
    let (n, padded) = (configuration.dimensions, configuration.codeBytes)
    let calibration = state.calibration
    withUnsafeTemporaryAllocation(of: Float.self, capacity: n) { rotated in
      guard let base = rotated.baseAddress else { return }
      calibration.rotation.apply(vector, into: base, kernels.rows)
      let norm = kernels.rows.encode(
        base, mean: calibration.mean, inverseScale: 1 / calibration.scale, n, padded: padded,
        upper: upper, lower: lower)
      state.codes.setNorm(slot, to: norm)
      guard let residuals = state.residuals else { return }
      let step = kernels.rows.encodeResidual(
        base, mean: calibration.mean, scale: calibration.scale, n, padded: padded, upper: upper,
        lower: lower, into: residuals.writableRecord(slot))
      residuals.trailer(slot).storeBytes(of: step.bitPattern.littleEndian, as: UInt32.self)
    }
  }

  func setLive(_ slot: Slot, _ isLive: Bool) {
    let word = UnsafeMutableRawPointer(state.live.writableRecord(Int(slot >> 6)))
    let bit = UInt64(1) << UInt64(slot & 63)
    let old = UInt64(littleEndian: word.load(as: UInt64.self))
    word.storeBytes(of: (isLive ? old | bit : old & ~bit).littleEndian, as: UInt64.self)
  }

  /// Takes a vector out of the index; the graph goes on routing through it.
  func bury(_ slot: Slot) {
    guard state.isLive(slot) else { return }
    setLive(slot, false)
    state.header.liveCount -= 1
    state.header.tombstones += 1
  }

  /// Vectors that a thread stores, or codes anew, at a time.
  static let storedTogether = 256

  /// Stores what has changed; returns the bytes written.
  func flush(in txn: borrowing WriteTransaction) throws -> Int {
    state.header.entryPoint = entryPoint
    state.header.generation += 1
    var written = 0
    for table in state.tables { written += try table.flush(in: txn) }
    let meta = try txn.createDatabase(named: IndexHeader.database)
    try txn.put(state.calibration.encoded(), in: meta, for: Calibration.key)
    try txn.put(state.header.encoded(), in: meta, for: IndexHeader.key)
    return written
  }
}

/// A lock for every node, many nodes to a lock: short critical sections, hardly ever contended.
struct NodeLocks: ~Copyable, @unchecked Sendable {
  // Sendable: the pointer is constant, and what it points to is atomic and lives as long as this.
  private static let count = 4096
  private let words: UnsafeMutablePointer<Atomic<Bool>>

  init() {
    words = .allocate(capacity: Self.count)
    for index in 0..<Self.count { (words + index).initialize(to: Atomic(false)) }
  }

  deinit {
    words.deinitialize(count: Self.count)
    words.deallocate()
  }

  /// Runs `body` while holding the lock of a node. Never nested.
  @inline(__always)
  func with<R>(_ position: UInt32, _ body: () -> R) -> R {
    let word = words + Int((position &* 0x9E37_79B1) >> 20)
    var spins = 0
    while !word.pointee.compareExchange(
      expected: false, desired: true, ordering: .acquiring
    ).exchanged {
      spins += 1
      if spins % 64 == 0 { sched_yield() }
    }
    defer { word.pointee.store(false, ordering: .releasing) }
    return body()
  }
}
