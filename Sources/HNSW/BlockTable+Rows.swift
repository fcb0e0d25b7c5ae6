internal import Kernels

/// A table as the row kernels see it.
extension BlockTable {
  /// All of every record.
  var rows: RowTable { rows(from: 0, to: geometry.recordBytes) }

  /// A part of every record.
  func rows(from start: Int, to end: Int) -> RowTable {
    let addresses = UnsafeRawPointer(blocks).assumingMemoryBound(to: UnsafePointer<UInt8>?.self)
    return RowTable(
      blocks: addresses, recordsPerBlock: geometry.recordsPerBlock, stride: geometry.recordBytes,
      bytes: end - start, offset: BlockGeometry.headerBytes + start,
      trailerOffset: geometry.trailerOffset)
  }
}
