import Kernels

/// A code with what it leaves of a vector, and the values that both stand for.
struct FineCode {
  let upper: [UInt8]
  let lower: [UInt8]
  let residual: [UInt8]
  let step: Float
  /// Those of the vector, less the mean.
  let values: [Float]

  init(_ vector: [Float], mean: [Float], scale: Float, padded: Int, _ kernels: Kernels) {
    let count = vector.count
    var (high, low) = (
      [UInt8](repeating: 0, count: padded / 2), [UInt8](repeating: 0, count: padded / 2)
    )
    var residual = [UInt8](repeating: 0, count: (count + 63) / 64 * 64)
    _ = kernels.rows.encode(
      vector, mean: mean, inverseScale: 1 / scale, count, padded: padded, upper: &high,
      lower: &low)
    let step = kernels.rows.encodeResidual(
      vector, mean: mean, scale: scale, count, padded: padded, upper: high, lower: low,
      into: &residual)
    var back = [Float](repeating: 0, count: padded)
    withUnsafeBytes(of: step) { step in
      guard let step = step.baseAddress else { return }
      kernels.rows.fineValues(
        upper: high, lower: low, residual: residual, step: step, scale: scale, count,
        padded: padded, into: &back)
    }
    (upper, lower, self.residual) = (high, low, residual)
    self.step = step
    values = Array(back[..<count])
  }
}
