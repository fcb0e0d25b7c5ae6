import Kernels

/// Rows in two blocks, so that both halves of a record's address matter.
func withRows<R>(
  _ rows: [[UInt8]], perBlock: Int, norms: [Int32] = [], _ body: (RowTable) -> R
) -> R {
  let stride = rows[0].count
  let blocks = Swift.stride(from: 0, to: rows.count, by: perBlock).map { start in
    let block = UnsafeMutableRawPointer.allocate(
      byteCount: 48 + perBlock * (stride + 4), alignment: 64)
    for (index, row) in rows[start..<min(rows.count, start + perBlock)].enumerated() {
      (block + 48 + index * stride).copyMemory(from: row, byteCount: stride)
      guard !norms.isEmpty else { continue }
      (block + 48 + perBlock * stride + 4 * index)
        .storeBytes(of: norms[start + index], as: Int32.self)
    }
    return block
  }
  defer { for block in blocks { block.deallocate() } }
  let addresses = blocks.map { UnsafePointer?.some($0.assumingMemoryBound(to: UInt8.self)) }
  return addresses.withUnsafeBufferPointer { addresses in
    guard let base = addresses.baseAddress else { preconditionFailure("no rows") }
    return body(
      RowTable(
        blocks: base, recordsPerBlock: perBlock, stride: stride, bytes: stride, offset: 48,
        trailerOffset: 48 + perBlock * stride))
  }
}

/// With residuals, whose steps are as long as norms.
func withCodes<R>(
  _ upper: [[UInt8]], _ lower: [[UInt8]], _ residuals: [[UInt8]], _ steps: [Float],
  perBlock: Int, _ body: (CodeTable) -> R
) -> R {
  withRows(upper, perBlock: perBlock) { upper in
    withRows(lower, perBlock: perBlock) { lower in
      withRows(
        residuals, perBlock: perBlock, norms: steps.map { Int32(bitPattern: $0.bitPattern) }
      ) { body(CodeTable(upper: upper, lower: lower, residuals: $0)) }
    }
  }
}

func withCodes<R>(
  _ upper: [[UInt8]], _ lower: [[UInt8]], perBlock: Int, norms: [Int32],
  _ body: (CodeTable) -> R
) -> R {
  withRows(upper, perBlock: perBlock, norms: norms) { upper in
    withRows(lower, perBlock: perBlock) { lower in
      body(CodeTable(upper: upper, lower: lower))
    }
  }
}
