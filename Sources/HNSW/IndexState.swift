internal import Kernels
internal import LMDB

/// Everything that a generation of an index consists of, resolved to addresses. A snapshot's
/// state is constant; a writer works on a copy whose tables are overlays.
struct IndexState: Sendable {
  var header: IndexHeader
  var calibration: Calibration
  /// The tables that have a record for every slot: the next four, as far as there are such.
  let slotTables: [BlockTable]
  /// The codes with their norms, or the upper halves alone, and then the lower ones.
  let codes: BlockTable
  let lowerCodes: BlockTable?
  /// What the codes leave, or the vectors themselves, or neither.
  let residuals: BlockTable?
  let vectors: BlockTable?
  let live: BlockTable
  var levels: [BlockTable]

  var configuration: IndexConfiguration { header.configuration }

  /// The state that a transaction sees, with all blocks looked up: about a millisecond for a
  /// million vectors.
  init(header: IndexHeader, in txn: borrowing SnapshotTransaction) throws {
    try self.init(unresolved: header, in: txn)
    try lookUp()
  }

  /// The state that a transaction sees; where its blocks lie is to be looked up.
  init(unresolved header: IndexHeader, in txn: borrowing SnapshotTransaction) throws {
    let (configuration, pageSize) = (header.configuration, header.pageSize)
    let calibration = try Self.readCalibration(configuration, in: txn)
    let geometries = BlockGeometry.slots(configuration, pageSize: pageSize)
    let codes = try BlockTable(geometries[0], records: header.slotCount, in: txn)
    func table(
      _ geometry: BlockGeometry, _ records: Int, _ txn: borrowing SnapshotTransaction
    ) throws -> BlockTable {
      try BlockTable(geometry, records: records, in: txn, beside: codes)
    }
    let others = try geometries.dropFirst().map { try table($0, header.slotCount, txn) }
    let live = try table(.live(pageSize: pageSize), (header.slotCount + 63) / 64, txn)
    try live.lookUp()
    let levels = try header.levelCounts.enumerated().map { level, count in
      try table(.links(configuration, level: level, pageSize: pageSize), count, txn)
    }
    self.init(
      header: header, calibration: calibration, slotTables: [codes] + others, live: live,
      levels: levels)
  }

  /// Looks up all blocks that have not been.
  private func lookUp() throws {
    for table in tables { try table.lookUp() }
  }

  /// A writer's copy.
  func writable() -> IndexState {
    IndexState(
      header: header, calibration: calibration, slotTables: slotTables.map { $0.writable() },
      live: live.writable(), levels: levels.map { $0.writable() })
  }

  /// The state of an index without vectors.
  static func empty(_ header: IndexHeader) -> IndexState {
    let (configuration, pageSize) = (header.configuration, header.pageSize)
    let mean = [Float](repeating: 0, count: configuration.codeBytes)
    return IndexState(
      header: header,
      calibration: Calibration(mean: mean, scale: 1, dimensions: configuration.dimensions),
      slotTables: BlockGeometry.slots(configuration, pageSize: pageSize).map { .empty($0) },
      live: .empty(.live(pageSize: pageSize)),
      levels: header.levelCounts.indices.map {
        .empty(.links(configuration, level: $0, pageSize: pageSize))
      })
  }

  /// - Parameter slotTables: as `BlockGeometry.slots` names them.
  private init(
    header: IndexHeader, calibration: Calibration, slotTables: [BlockTable], live: BlockTable,
    levels: [BlockTable]
  ) {
    func table(_ kind: BlockKind) -> BlockTable? {
      slotTables.first { $0.geometry.kind == kind }
    }
    self.header = header
    self.calibration = calibration
    self.slotTables = slotTables
    codes = slotTables[0]
    lowerCodes = table(.lowerCodes)
    residuals = table(.residuals)
    vectors = table(.vectors)
    self.live = live
    self.levels = levels
  }

  /// The bytes of the index's header; `nil` if there is no index.
  static func headerBytes(in txn: borrowing SnapshotTransaction) throws -> UnsafeRawBufferPointer? {
    guard let meta = try txn.database(named: IndexHeader.database) else { return nil }
    return try txn.address(in: meta, for: IndexHeader.key)
  }

  private static func readCalibration(
    _ configuration: IndexConfiguration, in txn: borrowing SnapshotTransaction
  ) throws -> Calibration {
    guard let meta = try txn.database(named: IndexHeader.database),
      let bytes = try txn.address(in: meta, for: Calibration.key)
    else { throw HNSWError.corrupted("its calibration is missing") }
    // Touched without, it would have the system read megabytes around it first.
    PageCache.fetch(bytes)
    return try Calibration(bytes, configuration)
  }

  /// The tables, for those that go through all of them.
  var tables: [BlockTable] {
    slotTables + [live] + levels
  }

  /// The codes as the kernels see them.
  var codeTable: CodeTable {
    let half = configuration.codeBytes / 2
    return CodeTable(
      upper: codes.rows(from: 0, to: half),
      lower: lowerCodes?.rows ?? codes.rows(from: half, to: 2 * half),
      residuals: residuals?.rows)
  }

  /// Where the halves of a slot's code lie.
  func code(_ slot: Int) -> (upper: BlockTable.Block, lower: BlockTable.Block) {
    let upper = codes.record(slot)
    return (upper, lowerCodes?.record(slot) ?? upper + configuration.codeBytes / 2)
  }

  /// The addresses that walks use; must not outlive this state nor the growth of its tables.
  func graph(_ kernels: Kernels) -> Graph {
    Graph(
      configuration: configuration, kernels: kernels.rows, walks: kernels.walks,
      calibration: calibration, codes: codeTable,
      levels: levels.enumerated().map {
        GraphLevel(
          $1, configuration, count: header.levelCounts[$0], slots: header.slotCount)
      }, slotCount: UInt32(header.slotCount))
  }

  /// Whether a slot holds a vector.
  @inline(__always)
  func isLive(_ slot: Slot) -> Bool {
    guard slot < header.slotCount else { return false }
    return liveWord(Int(slot >> 6)) >> UInt64(slot & 63) & 1 == 1
  }

  /// The live bits of 64 slots.
  @inline(__always)
  func liveWord(_ index: Int) -> UInt64 {
    UInt64(
      littleEndian: UnsafeRawPointer(live.record(index)).loadUnaligned(as: UInt64.self))
  }

  /// Reads the vector of a slot: as stored, or what its code stands for.
  func readVector(_ slot: Slot, into vector: UnsafeMutablePointer<Float>, _ kernels: Kernels) {
    if let vectors, let format = configuration.storage.format {
      kernels.rows.unpack(
        vectors.record(Int(slot)), configuration.dimensions, as: format, into: vector)
    } else {
      let slot = Int(slot)
      calibration.decode(
        code(slot), residual: residuals.map { ($0.record(slot), $0.trailer(slot)) }, into: vector,
        kernels.rows)
    }
  }
}
