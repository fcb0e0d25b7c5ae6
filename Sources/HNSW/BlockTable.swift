internal import LMDB
import Synchronization

/// The addresses of the blocks of one database: any record is then reached with a multiplication
/// and an add, in the page cache, without asking the B-tree.
///
/// A table of a snapshot is constant, once it has been looked up where the blocks lie: a search
/// that does not wait for that looks up those that it needs. A writer's table starts as a copy and
/// replaces each block it changes by one of its own, so cost is proportional to what changes.
final class BlockTable: @unchecked Sendable {
  // Sendable: addresses are put in under a lock, and whoever reads one has held that since, or
  // acquired what says that all are there (`PendingLookUps.isFinished`); a writer's is shared only
  // between the threads of one `write`, which change records under locks and replace blocks under
  // `replacing`: each learns that a block is the writer's after its address.

  typealias Block = UnsafeMutablePointer<UInt8>

  let geometry: BlockGeometry
  private(set) var blocks: UnsafeMutablePointer<Block?>
  private(set) var blockCount: Int
  private var capacity: Int
  /// Whether the block is this table's own: to be written, and to be freed. Another thread that
  /// sees that sees the block's address as well.
  private var isOwned: UnsafeMutablePointer<Bool>
  /// Held while a block is replaced: what is wrong with one that was to be.
  private let replacing = Mutex<String?>(nil)
  /// What tells where a snapshot's blocks lie, and which of its leaves have been looked up.
  let tree: LargeValueTree?
  let lookedUp: Mutex<[Bool]>
  /// What stands for blocks that have not been found.
  private var blank: Block?

  private init(_ geometry: BlockGeometry, capacity: Int, tree: LargeValueTree? = nil) {
    self.geometry = geometry
    self.capacity = max(1, capacity)
    self.tree = tree
    lookedUp = Mutex(Array(repeating: false, count: tree?.leafCount ?? 0))
    blocks = .allocate(capacity: self.capacity)
    isOwned = .allocate(capacity: self.capacity)
    blockCount = 0
  }

  deinit {
    for index in 0..<blockCount where isOwned[index] { blocks[index].map(free) }
    blank.map(free)
    blocks.deallocate()
    isOwned.deallocate()
  }

  private func free(_ block: Block) {
    UnsafeMutableRawPointer(block - BlockGeometry.pageHeaderBytes).deallocate()
  }

  /// The table of a snapshot in which it has not been changed, none of whose blocks has been looked
  /// up.
  ///
  /// - Parameter other: another one of the same snapshot, if there is one.
  convenience init(
    _ geometry: BlockGeometry, records: Int, in txn: borrowing SnapshotTransaction,
    beside other: BlockTable? = nil
  ) throws {
    let expected = geometry.blockCount(for: records)
    guard expected > 0 else {
      self.init(geometry, capacity: 0)
      return
    }
    guard let database = try txn.database(named: geometry.databaseName) else {
      throw HNSWError.corrupted("database \(geometry.databaseName) is missing")
    }
    let tree = try txn.largeValueTree(of: database, beside: other?.tree)
    guard tree.count >= expected else {
      throw HNSWError.corrupted(
        "\(geometry.databaseName) has \(tree.count) blocks, not \(expected)")
    }
    self.init(geometry, capacity: expected, tree: tree)
    blocks.initialize(repeating: nil, count: expected)
    isOwned.initialize(repeating: false, count: expected)
    blockCount = expected
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

  /// Puts a block of zeros in the place of those of a snapshot that have not been found.
  func fillGaps() {
    lookedUp.withLock { _ in
      let filler = blank ?? makeBlock()
      blank = filler
      for index in 0..<blockCount where blocks[index] == nil { blocks[index] = filler }
    }
  }

  private func append(_ block: Block) {
    if blockCount == capacity { grow() }
    blocks[blockCount] = block
    isOwned[blockCount] = true
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
    while blockCount < geometry.blockCount(for: records) { append(makeBlock()) }
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
}
