/// What records have beside them.
extension BlockTable {
  /// The address of what lies behind all records for each, a code's norm or a residual's step, to
  /// be read, or changed after the record.
  @inline(__always)
  func trailer(_ index: Int) -> UnsafeMutableRawPointer {
    let (block, offset) = index.quotientAndRemainder(dividingBy: geometry.recordsPerBlock)
    return UnsafeMutableRawPointer(blocks[block].unsafelyUnwrapped)
      + (geometry.trailerOffset + offset * geometry.trailerBytes)
  }

  /// The norm of a code.
  func norm(_ index: Int) -> Int32 {
    guard geometry.trailerBytes == 0 else {
      return trailer(index).loadUnaligned(as: Int32.self).littleEndian
    }
    let bytes = record(index) + (geometry.upperBytes - 8)
    return Int32(bitPattern: (0..<8).reduce(0) { $0 | UInt32(bytes[$1] >> 4) << (4 * UInt32($1)) })
  }

  /// Puts in the norm of a code that was written.
  func setNorm(_ index: Int, to norm: Int32) {
    guard geometry.trailerBytes == 0 else {
      return trailer(index).storeBytes(of: norm.littleEndian, as: Int32.self)
    }
    let bytes = record(index) + (geometry.upperBytes - 8)
    for place in 0..<8 {
      let part = UInt8(truncatingIfNeeded: norm >> (4 * Int32(place))) << 4
      bytes[place] = bytes[place] & 0x0F | part
    }
  }
}
