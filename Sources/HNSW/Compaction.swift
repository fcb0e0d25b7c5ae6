public import LMDB

extension VectorIndex {
  /// Writes the index without its free slots and tombstones into another environment, which must
  /// not hold one, with near vectors side by side: searches then read fewer pages. The graph is
  /// kept, not built again; the source stays as it is, and others may use it meanwhile. Written in
  /// several transactions: until this returns the target has no index, whatever happens.
  ///
  /// - Returns: the new slot of every old one; `nil` for those without a vector.
  /// - Throws: `HNSWError.alreadyExists`, `.corrupted` for a damaged block, `LMDBError`.
  /// - Complexity: O(index), and a descent for every vector; 50 bytes a slot, and the links if
  ///   deletions wait for a repair.
  public func compact(
    _ txn: borrowing ReadTransaction, into target: Environment, threads: Int = 1
  ) throws -> [Slot?] {
    let core = SnapshotTransaction(txn)
    let header = try header(in: core)
    let exists = try target.read {
      try IndexState.headerBytes(in: SnapshotTransaction($0)) != nil
    }
    guard !exists else { throw HNSWError.alreadyExists }
    let state = try IndexState(header: header, in: core)
    // A copy would give damage a checksum that hides it.
    if let defect = state.blockDefects().first { throw HNSWError.corrupted(defect.description) }
    let working = WorkingIndex(state.writable(), kernels: kernels)
    if header.tombstones > 0 { working.repair(threads: threads, scratch: buildScratch) }
    let kept = working.arrangedPositions(threads: threads, scratch: buildScratch)
    let compaction = Compaction(working, keeping: kept, target: target)
    try compaction.writeRecords(in: target)
    if let directory = try SlotDirectory(in: core) {
      try compaction.writeDirectory(directory, from: core, into: target)
    }
    try compaction.writeHeader(in: target)
    return compaction.newPositions[0].map { $0 == noSlot ? nil : $0 }
  }
}

extension Snapshot {
  /// Vectors from which on their order is worth a compaction: fewer are read in no time.
  private static let leastArranged = 10_000

  /// Whether a compaction would do much for searches: of many vectors, half or more have been given
  /// their slots since the last one. O(1).
  public var isCompactionDue: Bool {
    let header = resolved.state.header
    return header.liveCount >= Self.leastArranged && header.slotCount >= 2 * header.arrangedAt
  }
}

/// The copy of an index under way.
private struct Compaction {
  /// Entries or blocks of a transaction.
  private static let batch = 2048

  let state: IndexState
  let graph: Graph
  let header: IndexHeader
  /// For each level, the new position of every old one, and the other way round.
  let newPositions: [[UInt32]]
  let oldPositions: [[UInt32]]

  /// - Parameter old: the positions of each level that are kept, in their new order.
  init(_ working: WorkingIndex, keeping old: [[UInt32]], target: Environment) {
    let state = working.state
    let graph = state.graph(working.kernels)
    newPositions = zip(graph.levels, old).map { level, old in
      var new = [UInt32](repeating: noSlot, count: Int(level.count))
      for (index, position) in old.enumerated() { new[Int(position)] = UInt32(index) }
      return new
    }
    var header = IndexHeader(
      configuration: state.configuration, pageSize: target.information.pageSize)
    let entry = working.entryPoint
    if !entry.isNone {
      header.entryPoint = EntryPoint(
        position: newPositions[entry.level][Int(entry.position)], level: entry.level)
    }
    header.slotCount = old[0].count
    header.liveCount = old[0].count
    header.levelCounts = old.map(\.count)
    header.calibration = state.header.calibration
    header.calibratedAt = min(state.header.calibratedAt, old[0].count)
    header.arrangedAt = old[0].count
    header.generation = state.header.generation + 1
    self.header = header
    self.state = state
    self.graph = graph
    oldPositions = old
  }

  func writeRecords(in target: Environment) throws {
    let (configuration, count) = (state.configuration, header.slotCount)
    let pageSize = header.pageSize
    let geometries = BlockGeometry.slots(configuration, pageSize: pageSize)
    for (table, geometry) in zip(state.slotTables, geometries) {
      try copy(table, as: geometry, into: target)
    }
    try write(.live(pageSize: pageSize), (count + 63) / 64, in: target) {
      block, local, index in
      let bits = min(64, count - 64 * index)
      let word = bits == 64 ? UInt64.max : (1 << UInt64(bits)) - 1
      UnsafeMutableRawPointer(block.writableRecord(local))
        .storeBytes(of: word.littleEndian, as: UInt64.self)
    }
    for level in graph.levels.indices {
      let geometry = BlockGeometry.links(configuration, level: level, pageSize: pageSize)
      try write(geometry, header.levelCounts[level], in: target) { block, local, index in
        copyNode(index, level, into: block.writableRecord(local))
      }
    }
  }

  /// Writes the records of the slots that are kept, with what their table holds for each beside.
  private func copy(
    _ table: BlockTable, as geometry: BlockGeometry, into target: Environment
  ) throws {
    let slots = oldPositions[0]
    try write(geometry, header.slotCount, in: target) { block, local, index in
      let old = Int(slots[index])
      block.writableRecord(local).update(from: table.record(old), count: geometry.recordBytes)
      block.trailer(local).copyMemory(from: table.trailer(old), byteCount: geometry.trailerBytes)
    }
  }

  /// Writes the record of a node with its positions and slots translated.
  private func copyNode(_ index: Int, _ number: Int, into record: BlockTable.Block) {
    let level = graph.levels[number]
    let old = oldPositions[number][index]
    let words = UnsafeMutableRawPointer(record).assumingMemoryBound(to: UInt32.self)
    let links = level.links(old)
    func newSlot(_ position: UInt32) -> UInt32 { newPositions[0][Int(level.slot(position))] }
    var first = 0
    if level.isUpper {
      words[0] = newSlot(old)
      words[1] = newPositions[number - 1][Int(level.below(old))]
      first = 2
    }
    for index in 0..<level.capacity {
      let link = links[index]
      let isLink = Link.position(link) < level.count
      words[first + index] =
        isLink
        ? newPositions[number][Int(Link.position(link))] | (link & Link.flags) : Link.none
      if level.isUpper {
        words[first + level.capacity + index] = isLink ? newSlot(Link.position(link)) : Link.none
      }
    }
  }

  /// Writes ids and slots, each in the order of its keys.
  func writeDirectory(
    _ old: SlotDirectory, from source: borrowing SnapshotTransaction, into target: Environment
  ) throws {
    var pending: [(id: String, slot: Slot)] = []
    func flush(_ store: (borrowing WriteTransaction, SlotDirectory) throws -> Void) throws {
      try target.write { txn in try store(txn, SlotDirectory(creatingIn: txn)) }
      pending.removeAll(keepingCapacity: true)
    }
    func bySlot(_ txn: borrowing WriteTransaction, _ new: SlotDirectory) throws {
      for (id, slot) in pending { try txn.append(id.utf8.span.bytes, in: new.ids, for: slot) }
    }
    func byID(_ txn: borrowing WriteTransaction, _ new: SlotDirectory) throws {
      for (id, slot) in pending { try new.bind(id, to: slot, inSlotsOf: txn) }
    }
    for slot in oldPositions[0] {
      guard let id = try old.id(of: slot, in: source) else {
        throw HNSWError.corrupted("slot \(slot) has no id")
      }
      pending.append((id, newPositions[0][Int(slot)]))
      if pending.count == Self.batch { try flush(bySlot) }
    }
    try flush(bySlot)
    try source.forEach(in: old.slots) { key, slot in
      let id = String(bytes: key)
      let slot = Int(try SlotDirectory.slot(slot, of: id))
      guard slot < newPositions[0].count else {
        throw HNSWError.corrupted("id “\(id)” has slot \(slot), which was never given")
      }
      pending.append((id, newPositions[0][slot]))
      if pending.count == Self.batch { try flush(byID) }
      return true
    }
    try flush(byID)
  }

  /// Writes what makes the copy an index.
  func writeHeader(in target: Environment) throws {
    try target.write { txn in
      let meta = try txn.createDatabase(named: IndexHeader.database)
      try txn.put(state.calibration.encoded(), in: meta, for: Calibration.key)
      try txn.put(header.encoded(), in: meta, for: IndexHeader.key)
    }
  }

  /// Writes the blocks of one database, a few at a time.
  private func write(
    _ geometry: BlockGeometry, _ count: Int, in target: Environment,
    _ fill: (_ block: BlockTable, _ local: Int, _ index: Int) -> Void
  ) throws {
    let blocks = geometry.blockCount(for: count)
    let step = max(1, Self.batch * 4096 / geometry.blockBytes)
    for start in stride(from: 0, to: max(1, blocks), by: step) {
      let end = min(blocks, start + step)
      try target.write { txn in
        let database = try txn.createDatabase(named: geometry.databaseName, integerKeys: true)
        for number in start..<end {
          let first = number * geometry.recordsPerBlock
          let block = BlockTable.empty(geometry)
          block.reserve(records: 1)
          for index in first..<min(count, first + geometry.recordsPerBlock) {
            fill(block, index - first, index)
          }
          try block.store(0, as: number, in: database, txn, isNew: true)
        }
      }
    }
  }
}
