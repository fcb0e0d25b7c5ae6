internal import Kernels

/// The length up to which vectors are taken that keep theirs: their squares, and those of
/// differences, are still numbers.
private let greatestLength: Float = 1e15

/// Squares of lengths that differ less from one are that but for rounding.
private let roundingOfOne: Float = 1e-6

/// Whether a vector whose components' squares sum up to `norm` may stay as it is.
func isNormalised(norm: Float, _ metric: Metric) -> Bool {
  metric == .cosine ? abs(norm - 1) <= roundingOfOne : norm <= greatestLength * greatestLength
}

/// Checks that a vector's components are finite and, for cosine, makes its length one.
func normalise(
  _ vector: UnsafeMutablePointer<Float>, _ count: Int, _ metric: Metric, row: Int,
  _ kernels: Kernels
) throws(HNSWError) {
  let span = Span<Float>(_unsafeStart: vector, count: count)
  let norm = kernels.dot(span, span)
  if isNormalised(norm: norm, metric) { return }
  // Products may overflow where the components do not.
  if !norm.isFinite, let bad = (0..<count).first(where: { !vector[$0].isFinite }) {
    throw .invalidVector(row: row, reason: "component \(bad) is \(vector[bad])")
  }
  guard metric == .cosine else {
    throw .invalidVector(
      row: row, reason: "its length is beyond \(greatestLength); only cosine does without it")
  }
  var scale = 1 / norm.squareRoot()
  if !norm.isNormal {
    let largest = (0..<count).reduce(0) { max($0, abs(vector[$1])) }
    guard largest > 0 else {
      throw .invalidVector(row: row, reason: "it is zero, which has no direction")
    }
    for index in 0..<count { vector[index] /= largest }
    scale = 1 / kernels.dot(span, span).squareRoot()
  }
  for index in 0..<count { vector[index] *= scale }
}
