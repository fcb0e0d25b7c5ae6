internal import Kernels

/// Checks that a vector's components are finite and, for cosine, makes its length one.
func normalise(
  _ vector: UnsafeMutablePointer<Float>, _ count: Int, _ metric: Metric, row: Int,
  _ kernels: Kernels
) throws(HNSWError) {
  let span = Span<Float>(_unsafeStart: vector, count: count)
  let norm = kernels.dot(span, span)
  // Products may overflow where the components do not.
  if !norm.isFinite, let bad = (0..<count).first(where: { !vector[$0].isFinite }) {
    throw .invalidVector(row: row, reason: "component \(bad) is \(vector[bad])")
  }
  guard metric == .cosine else { return }
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
