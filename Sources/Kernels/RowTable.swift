internal import CKernels

/// Fixed-size records in blocks of memory, as the row kernels see them: record `i` is the one
/// numbered `i % recordsPerBlock` of block `i / recordsPerBlock`. For HNSW's fence alone.
package struct RowTable: @unchecked Sendable {
  // Sendable: constant, and kernels only read through it; HNSW's `BlockTable`, which makes it,
  // keeps the memory and orders its changes.
  var rows: ck_rows

  /// - Parameters:
  ///   - blocks: the address of each block; must outlive the table.
  ///   - recordsPerBlock: at least 2.
  ///   - stride: bytes from a row to the next.
  ///   - bytes: of a row: fewer if rows of another table lie in between.
  ///   - offset: bytes from a block's start to its first record.
  ///   - trailerOffset: bytes from a block's start to what it holds for each row beside: the norms
  ///     of upper halves of codes, the steps of residuals. 0 if it holds none; norms are in the
  ///     halves then.
  package init(
    blocks: UnsafePointer<UnsafePointer<UInt8>?>, recordsPerBlock: Int, stride: Int, bytes: Int,
    offset: Int, trailerOffset: Int
  ) {
    let reciprocal = UInt64.max / UInt64(recordsPerBlock) + 1
    rows = ck_rows(
      blocks: blocks, reciprocal: reciprocal, per_block: UInt32(recordsPerBlock),
      stride: UInt32(stride), bytes: UInt32(bytes), offset: UInt32(offset),
      trailer_offset: UInt32(trailerOffset))
  }

  /// Whether it is the table of the same blocks.
  package func isSame(as other: RowTable) -> Bool { rows.blocks == other.rows.blocks }

  /// Bytes from a row to the next.
  package var stride: Int { Int(rows.stride) }

  /// Where a row lies.
  package func address(of row: UInt32) -> UnsafeRawPointer? {
    address(of: row, offset: rows.offset, stride: rows.stride)
  }

  /// Where the norm of an upper half of a code, or the step of a residual, lies; `nil` if in the
  /// row.
  package func trailerAddress(of row: UInt32) -> UnsafeRawPointer? {
    rows.trailer_offset == 0 ? nil : address(of: row, offset: rows.trailer_offset, stride: 4)
  }

  private func address(of row: UInt32, offset: UInt32, stride: UInt32) -> UnsafeRawPointer? {
    let (block, index) = row.quotientAndRemainder(dividingBy: rows.per_block)
    return rows.blocks[Int(block)].map { UnsafeRawPointer($0) + Int(offset + index * stride) }
  }
}

/// Codes in two tables, whose rows may lie side by side: the upper four bits of every component
/// with the norms, and the lower four. With what they leave of vectors in a third, if that is kept.
package struct CodeTable: @unchecked Sendable {
  // Sendable: tables, which are, and a copy of their addresses.
  package let upper: RowTable
  package let lower: RowTable
  package let residuals: RowTable?
  let codes: ck_codes

  package init(upper: RowTable, lower: RowTable, residuals: RowTable? = nil) {
    (self.upper, self.lower, self.residuals) = (upper, lower, residuals)
    codes = ck_codes(
      upper: upper.rows, lower: lower.rows, residuals: residuals?.rows ?? ck_rows())
  }
}

/// A query as two bytes a component: its code, and what that leaves. For HNSW's fence alone;
/// whoever makes one keeps the bytes.
package struct FineQuery {
  let parts: ck_fine_query
  /// What a component's code counts.
  package var step: Float { parts.step }
}

/// Codes of rows taken out of their table: their values, and what distances from them need beside
/// these. For HNSW's fence alone; whoever makes some frees them.
package struct SignedCodes {
  let values: UnsafeMutablePointer<Int8>
  let bases: UnsafeMutablePointer<Int32>
  /// Components of a code.
  let width: Int

  /// Room for `capacity` codes of `width` components, a multiple of 128.
  package init(width: Int, capacity: Int) {
    self.width = width
    values = UnsafeMutableRawPointer.allocate(byteCount: width * capacity, alignment: 64)
      .bindMemory(to: Int8.self, capacity: width * capacity)
    bases = .allocate(capacity: capacity)
  }

  package func deallocate() {
    values.deallocate()
    bases.deallocate()
  }
}
