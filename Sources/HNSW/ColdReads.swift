internal import Kernels
internal import LMDB

/// Searching what is not in memory yet. A search that touched one row after the other would wait
/// for the disk hundreds of times, each time for much that lies around the row; so it asks for all
/// that a step needs before it touches any. And first it looks up where that lies, unless that is
/// known.
extension RowTable {
  /// Has the rows `ids` read from the disk, all together, with what lies beside them in records.
  func fetch(_ ids: UnsafePointer<UInt32>, _ count: Int, _ scratch: Scratch) {
    scratch.pending?.lookUp(self, UnsafeBufferPointer(start: ids, count: count))
    for index in 0..<count {
      guard let row = address(of: ids[index]) else { continue }
      PageCache.fetch(UnsafeRawBufferPointer(start: row, count: stride))
    }
  }

  /// Has the norms, or steps, of the rows `ids` read from the disk.
  func fetchTrailer(_ ids: UnsafePointer<UInt32>, _ count: Int, _ scratch: Scratch) {
    scratch.pending?.lookUp(self, UnsafeBufferPointer(start: ids, count: count))
    for index in 0..<count {
      guard let trailer = trailerAddress(of: ids[index]) else { continue }
      PageCache.fetch(UnsafeRawBufferPointer(start: trailer, count: 4))
    }
  }
}

extension CodeTable {
  /// Has the codes `ids` read from the disk, or only their upper halves.
  func fetch(_ ids: UnsafePointer<UInt32>, _ count: Int, isCoarse: Bool, _ scratch: Scratch) {
    upper.fetch(ids, count, scratch)
    if !isCoarse, !lower.isSame(as: upper) { lower.fetch(ids, count, scratch) }
  }
}

extension Graph {
  /// Has what scoring the gathered slots takes read from the disk.
  func fetchGathered(_ count: Int, isCoarse: Bool, _ scratch: Scratch) {
    let slots = UnsafePointer(scratch.gatheredSlots)
    scratch.pending?.lookUp(codes.upper, UnsafeBufferPointer(start: slots, count: count))
    for index in stride(from: 0, to: count, by: 8) {
      guard let row = codes.upper.address(of: slots[index]) else { continue }
      scratch.sampledCount += 1
      if !PageCache.holds(row) { scratch.missingCount += 1 }
    }
    codes.fetch(slots, count, isCoarse: isCoarse, scratch)
    if scratch.code.normWeight != 0 { codes.upper.fetchTrailer(slots, count, scratch) }
  }
}

extension GraphLevel {
  /// Has a node's record read from the disk.
  func fetch(_ position: UInt32, _ scratch: Scratch) {
    withUnsafePointer(to: position) { rows.fetch($0, 1, scratch) }
  }
}

extension BlockTable {
  /// Records that are looked at to tell whether a table is in memory.
  private static let sampleSize = 64

  /// Whether nearly all of an evenly spaced sample of blocks is in memory.
  var isInMemory: Bool {
    let size = min(blockCount, Self.sampleSize)
    let held = (0..<size).count { number in
      blocks[number * blockCount / max(1, size)].map { PageCache.holds($0) } ?? true
    }
    return held >= size - size / 16
  }

  /// Has the last block read from the disk: the one that opening checks.
  func fetchLast() {
    guard blockCount > 0, let block = blocks[blockCount - 1] else { return }
    PageCache.fetch(UnsafeRawBufferPointer(start: block, count: geometry.blockBytes))
  }
}

extension IndexState {
  /// Whether searches will find nearly all that they read in memory.
  var isInMemory: Bool { codes.isInMemory && levels.allSatisfy(\.isInMemory) }
}
