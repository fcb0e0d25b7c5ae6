internal import Kernels
internal import LMDB
import Synchronization

/// The addresses of the blocks of one database: any record is then reached with a multiplication
/// and an add, in the page cache, without asking the B-tree.
///
/// A table of a snapshot is constant. A writer's table starts as a copy and replaces each block
/// it changes by one of its own, so cost is proportional to what changes.
final class BlockTable: @unchecked Sendable {
  // Sendable: constant once resolved; a writer's is shared only between the threads of one
  // `write`, which change records under locks and replace blocks under `replacing`: each learns that a
  // block is the writer's after its address.

  typealias Block = UnsafeMutablePointer<UInt8>

  let geometry: BlockGeometry
  private(set) var blocks: UnsafeMutablePointer<Block?>
  private(set) var blockCount: Int
  private var capacity: Int
  /// Whether the block is this table's own: to be written, and to be freed. Another thread that sees
  /// that sees the block's address as well.
  private var isOwned: UnsafeMutablePointer<Bool>
  /// Held while a block is replaced: what is wrong with one that was to be.
  private let replacing = Mutex<String?>(nil)

  private init(_ geometry: BlockGeometry, capacity: Int) {
    self.geometry = geometry
    self.capacity = max(1, capacity)
    blocks = .allocate(capacity: self.capacity)
    isOwned = .allocate(capacity: self.capacity)
    blockCount = 0
  }

  deinit {
    for index in 0..<blockCount where isOwned[index] {
      blocks[index].map { UnsafeMutableRawPointer($0 - BlockGeometry.pageHeaderBytes).deallocate() }
    }
    blocks.deallocate()
    isOwned.deallocate()
  }

  /// Resolves the table in a snapshot, in which it has not been changed: one look at all of the database's
  /// keys.
  convenience init(
    _ geometry: BlockGeometry, records: Int, in txn: borrowing SnapshotTransaction
  ) throws {
    let expected = geometry.blockCount(for: records)
    self.init(geometry, capacity: expected)
    guard expected > 0 else { return }
    guard let database = try txn.database(named: geometry.databaseName) else {
      throw HNSWError.corrupted("database \(geometry.databaseName) is missing")
    }
    try txn.withLargeValues(of: database) { bytes in
      guard let base = bytes.baseAddress, bytes.count == geometry.blockBytes else {
        throw HNSWError.corrupted(
          "block \(blockCount) of \(geometry.databaseName) has \(bytes.count) bytes, "
            + "not \(geometry.blockBytes)")
      }
      guard blockCount < expected else { return }
      append(
        UnsafeMutablePointer(mutating: base.assumingMemoryBound(to: UInt8.self)), owned: false)
    }
    guard blockCount == expected else {
      throw HNSWError.corrupted(
        "\(geometry.databaseName) has \(blockCount) blocks, not \(expected)")
    }
  }

  /// A writer's copy of a table. O(blocks), 8 bytes each.
  func writable() -> BlockTable {
    let copy = BlockTable(geometry, capacity: blockCount)
    copy.blocks.update(from: blocks, count: blockCount)
    copy.isOwned.update(repeating: false, count: blockCount)
    copy.blockCount = blockCount
    return copy
  }

  /// An empty table for a writer.
  static func empty(_ geometry: BlockGeometry) -> BlockTable { BlockTable(geometry, capacity: 1) }

  private func append(_ block: Block, owned: Bool) {
    if blockCount == capacity { grow() }
    blocks[blockCount] = block
    isOwned[blockCount] = owned
    blockCount += 1
  }

  private func grow() {
    let newCapacity = capacity * 2
    let newBlocks = UnsafeMutablePointer<Block?>.allocate(capacity: newCapacity)
    let newOwned = UnsafeMutablePointer<Bool>.allocate(capacity: newCapacity)
    newBlocks.update(from: blocks, count: blockCount)
    newOwned.update(from: isOwned, count: blockCount)
    blocks.deallocate()
    isOwned.deallocate()
    (blocks, isOwned, capacity) = (newBlocks, newOwned, newCapacity)
  }

  /// Adds blocks of zeros until `records` fit. Not while other threads use the table.
  func reserve(records: Int) {
    while blockCount < geometry.blockCount(for: records) { append(makeBlock(), owned: true) }
  }

  /// A block of zeros, placed as in a page: its records are on cache lines. Behind it the records'
  /// companions, of ones.
  private func makeBlock() -> Block {
    let count = BlockGeometry.pageHeaderBytes + geometry.blockBytes
    let companions = geometry.recordsPerBlock * geometry.companionBytes
    let page = UnsafeMutableRawPointer.allocate(byteCount: count + companions, alignment: 64)
    page.initializeMemory(as: UInt8.self, repeating: 0, count: count)
    let block = page.assumingMemoryBound(to: UInt8.self) + BlockGeometry.pageHeaderBytes
    clearCompanions(of: block)
    return block
  }

  /// The address of a record, to be read.
  @inline(__always)
  func record(_ index: Int) -> Block {
    let (block, offset) = index.quotientAndRemainder(dividingBy: geometry.recordsPerBlock)
    return blocks[block].unsafelyUnwrapped
      + (BlockGeometry.headerBytes + offset * geometry.recordBytes)
  }

  /// The address of a record, to be changed: copies its block first if that is the snapshot's.
  func writableRecord(_ index: Int) -> Block {
    let block = index / geometry.recordsPerBlock
    if !owns(block) { replace(block) }
    return record(index)
  }

  /// What a writer keeps beside a record, ones at first; `nil` if its block is the snapshot's.
  func companion(_ index: Int) -> UnsafeMutableRawPointer? {
    let (block, offset) = index.quotientAndRemainder(dividingBy: geometry.recordsPerBlock)
    guard owns(block) else { return nil }
    return UnsafeMutableRawPointer(blocks[block].unsafelyUnwrapped)
      + (geometry.blockBytes + offset * geometry.companionBytes)
  }

  /// Makes all companions ones again. Not while other threads use the table.
  func clearCompanions() {
    for index in 0..<blockCount where isOwned[index] { blocks[index].map(clearCompanions) }
  }

  private func clearCompanions(of block: Block) {
    UnsafeMutableRawPointer(block + geometry.blockBytes).initializeMemory(
      as: UInt8.self, repeating: 0xFF,
      count: geometry.recordsPerBlock * geometry.companionBytes)
  }

  /// The address of what lies behind all records for each, a code's norm or a residual's step, to be read,
  /// or changed after the record.
  @inline(__always)
  func trailer(_ index: Int) -> UnsafeMutableRawPointer {
    let (block, offset) = index.quotientAndRemainder(dividingBy: geometry.recordsPerBlock)
    return UnsafeMutableRawPointer(blocks[block].unsafelyUnwrapped)
      + (geometry.normOffset + offset * geometry.trailerBytes)
  }

  /// The norm of a code.
  func norm(_ index: Int) -> Int32 {
    guard geometry.trailerBytes == 0 else {
      return trailer(index).loadUnaligned(as: Int32.self).littleEndian
    }
    let bytes = record(index) + (geometry.recordBytes - 8)
    return Int32(bitPattern: (0..<8).reduce(0) { $0 | UInt32(bytes[$1] >> 4) << (4 * UInt32($1)) })
  }

  /// Puts in the norm of a code that was written.
  func setNorm(_ index: Int, to norm: Int32) {
    guard geometry.trailerBytes == 0 else {
      return trailer(index).storeBytes(of: norm.littleEndian, as: Int32.self)
    }
    let bytes = record(index) + (geometry.recordBytes - 8)
    for place in 0..<8 {
      let part = UInt8(truncatingIfNeeded: norm >> (4 * Int32(place))) << 4
      bytes[place] = bytes[place] & 0x0F | part
    }
  }

  /// Copies a block of the snapshot. Readers go on with the old one until the new address, which
  /// is published with its content complete; those who write come through here first. Damage is
  /// noted, or the copy would get a checksum that hides it.
  private func replace(_ index: Int) {
    replacing.withLock { damage in
      guard !isOwned[index] else { return }
      let copy = makeBlock()
      let block = blocks[index].unsafelyUnwrapped
      damage = damage ?? defect(in: block, index)
      copy.update(from: block, count: geometry.blockBytes)
      (blocks + index).withMemoryRebound(to: Atomic<UInt>.self, capacity: 1) {
        $0.pointee.store(UInt(bitPattern: copy), ordering: .releasing)
      }
      (isOwned + index).withMemoryRebound(to: Atomic<Bool>.self, capacity: 1) {
        $0.pointee.store(true, ordering: .releasing)
      }
    }
  }

  @inline(__always)
  private func owns(_ block: Int) -> Bool {
    (isOwned + block).withMemoryRebound(to: Atomic<Bool>.self, capacity: 1) {
      $0.pointee.load(ordering: .acquiring)
    }
  }

  /// What is wrong with a block of a snapshot, or with what LMDB keeps in front of it.
  private func defect(in block: Block, _ index: Int) -> String? {
    let bytes = UnsafeRawBufferPointer(start: block, count: geometry.blockBytes)
    let pageSize = (geometry.blockBytes + BlockGeometry.pageHeaderBytes) / geometry.pages
    guard LargeValue.hasSoundHeader(bytes, pageSize: pageSize) else {
      return "block \(index) of \(geometry.databaseName) lies on a page with a damaged header"
    }
    return BlockHeader.defect(in: block, geometry, number: index)
  }

  /// Stores the blocks that were changed, sealed with their checksums; returns the bytes written.
  func flush(in txn: borrowing WriteTransaction) throws -> Int {
    if let damage = replacing.withLock({ $0 }) { throw HNSWError.corrupted(damage) }
    let database = try txn.createDatabase(named: geometry.databaseName, integerKeys: true)
    let stored = try txn.count(database)
    var written = 0
    for index in 0..<blockCount where isOwned[index] {
      try store(index, as: index, in: database, txn, isNew: index >= stored)
      written += geometry.blockBytes
    }
    return written
  }

  /// Stores a block under a number, a new one as the last.
  func store(
    _ index: Int, as number: Int, in database: Database, _ txn: borrowing WriteTransaction,
    isNew: Bool
  ) throws {
    let block = blocks[index].unsafelyUnwrapped
    BlockHeader.seal(block, geometry, number: number)
    let room = try txn.reserveAddress(
      geometry.blockBytes, in: database, for: UInt32(number), appending: isNew)
    room.copyMemory(from: UnsafeRawBufferPointer(start: block, count: geometry.blockBytes))
  }

  /// What the row kernels need to know.
  var rows: RowTable {
    let addresses = UnsafeRawPointer(blocks).assumingMemoryBound(to: UnsafePointer<UInt8>?.self)
    return RowTable(
      blocks: addresses, recordsPerBlock: geometry.recordsPerBlock, stride: geometry.recordBytes,
      offset: BlockGeometry.headerBytes, normOffset: geometry.normOffset)
  }
}

/// A transaction seen by an index: valid, like the one it is made from, within the closure that
/// was handed that one.
struct SnapshotTransaction: Transaction, ~Copyable {
  let core: TransactionCore

  init(_ txn: borrowing ReadTransaction) { core = txn.core }
  init(_ txn: borrowing WriteTransaction) { core = txn.core }
}
