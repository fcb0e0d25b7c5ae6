internal import Kernels

/// How vectors become codes: they are rotated, then `code = 128 + round((x - mean) / scale)`,
/// clamped to a byte. One scale for all components keeps distances between codes proportional to
/// those between vectors.
final class Calibration: Sendable {
  static let key = "calibration"
  /// Zero beyond the vectors' dimensions, so that padding is encoded as 128.
  let mean: [Float]
  let scale: Float
  let dimensions: Int
  /// The mean's squared length.
  let meanNorm: Float
  let rotation: Rotation

  init(mean: [Float], scale: Float, dimensions: Int) {
    self.mean = mean
    self.scale = scale
    self.dimensions = dimensions
    meanNorm = mean.reduce(0) { $0 + $1 * $1 }
    rotation = Rotation(dimensions: dimensions)
  }

  /// Estimates mean and scale from rotated vectors, row by row. The scale clips one component in
  /// 10,000; where walks go by the upper halves of codes one in 1,000, which costs whole codes of
  /// many components little and gains their halves much. A handful of vectors says little about the
  /// rest, so their full range is kept then.
  convenience init(sample: [Float], _ configuration: IndexConfiguration) {
    let (dimensions, codeBytes) = (configuration.dimensions, configuration.codeBytes)
    let rows = max(1, sample.count / dimensions)
    var mean = [Float](repeating: 0, count: codeBytes)
    forEachComponent(of: sample, dimensions) { mean[$0] += $1 }
    for index in 0..<dimensions { mean[index] /= Float(rows) }
    var centred: [Float] = []
    centred.reserveCapacity(sample.count)
    forEachComponent(of: sample, dimensions) { centred.append(abs($1 - mean[$0])) }
    var reach = quantile(centred, share: configuration.walksCoarsely ? 0.999 : 0.9999)
    if rows < 16 || reach == 0 { reach = max(reach, sample.lazy.map(abs).max() ?? 0) }
    // Of less the reciprocal, which encodes, would be infinite.
    self.init(mean: mean, scale: reach > 1e-30 ? reach / 127 : 1, dimensions: dimensions)
  }

  /// The mean squared error of coding the rotated rows of `sample`: what decides between
  /// calibrations.
  func error(on sample: [Float]) -> Float {
    guard !sample.isEmpty else { return 0 }
    var sum: Float = 0
    forEachComponent(of: sample, dimensions) { index, x in
      let centred = x - mean[index]
      // Rounds, as the kernel that encodes does.
      let code = Int32(min(127, max(-127, centred / scale)) + 384.5) - 384
      let error = centred - Float(code) * scale
      sum += error * error
    }
    return sum / Float(sample.count / dimensions)
  }

  /// The share of the components of rotated rows that are clipped.
  func clippedShare(of sample: [Float]) -> Float {
    let reach = 127.5 * scale
    var clipped = 0
    forEachComponent(of: sample, dimensions) { if abs($1 - mean[$0]) > reach { clipped += 1 } }
    return Float(clipped) / Float(max(1, sample.count))
  }

  /// The vector that a code, with its residual and the step of that if they are kept, stands for.
  func decode(
    _ code: (upper: BlockTable.Block, lower: BlockTable.Block),
    residual: (bytes: UnsafeMutablePointer<UInt8>, step: UnsafeMutableRawPointer)?,
    into vector: UnsafeMutablePointer<Float>, _ kernels: RowKernels
  ) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: mean.count) { rotated in
      guard let values = rotated.baseAddress else { return }
      kernels.fineValues(
        upper: code.upper, lower: code.lower, residual: residual?.bytes, step: residual?.step,
        scale: scale, dimensions, padded: mean.count, into: values)
      for index in 0..<dimensions { values[index] += mean[index] }
      rotation.undo(values, into: vector, kernels)
    }
  }

  func encoded() -> [UInt8] {
    var bytes: [UInt8] = []
    for value in [scale] + mean {
      withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }
    let sum = bytes.withUnsafeBytes { Kernels.checksum($0) }
    withUnsafeBytes(of: sum.littleEndian) { bytes.append(contentsOf: $0) }
    return bytes
  }

  convenience init(
    _ bytes: UnsafeRawBufferPointer, _ configuration: IndexConfiguration
  ) throws(HNSWError) {
    let count = configuration.codeBytes + 1
    guard bytes.count == 4 * count + 4,
      UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * count, as: UInt32.self))
        == Kernels.checksum(UnsafeRawBufferPointer(rebasing: bytes[..<(4 * count)]))
    else { throw .corrupted("its calibration does not match its checksum") }
    let values = (0..<count).map {
      Float(
        bitPattern: UInt32(
          littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
    }
    self.init(
      mean: Array(values[1...]), scale: values[0], dimensions: configuration.dimensions)
  }
}

/// Calls `body` with every component of some rows, and its number in its row.
@inline(__always)
private func forEachComponent(
  of rows: [Float], _ dimensions: Int, _ body: (_ index: Int, _ value: Float) -> Void
) {
  for start in stride(from: 0, to: rows.count, by: dimensions) {
    for index in 0..<dimensions { body(index, rows[start + index]) }
  }
}

/// The value below which `share` of the values lie, to a part in 4,096 of the greatest. O(n).
private func quantile(_ values: [Float], share: Double) -> Float {
  guard let top = values.max(), top > 0 else { return 0 }
  var histogram = [Int](repeating: 0, count: 4096)
  for value in values { histogram[min(4095, Int(value / top * 4096))] += 1 }
  var rest = Int(Double(values.count) * (1 - share))
  for bin in histogram.indices.reversed() {
    rest -= histogram[bin]
    if rest < 0 { return top * Float(bin + 1) / 4096 }
  }
  return top
}
