/// Small vector arithmetic above the kernels, for the few vectors that a query has in hand.
enum VectorMath {
  static func dot(_ a: [Float], _ b: [Float]) -> Float {
    var sum = SIMD8<Float>()
    let whole = min(a.count, b.count) & ~7
    for start in stride(from: 0, to: whole, by: 8) {
      sum += SIMD8(a[start..<start + 8]) * SIMD8(b[start..<start + 8])
    }
    return (whole..<min(a.count, b.count)).reduce(sum.sum()) { $0 + a[$1] * b[$1] }
  }

  static func length(_ a: [Float]) -> Float { dot(a, a).squareRoot() }

  /// The unit vector of the same direction; nil if there is none.
  static func normalized(_ a: [Float]) -> [Float]? {
    let length = length(a)
    guard length.isFinite, length > 1e-12 else { return nil }
    return a.map { $0 / length }
  }

  /// sum += weight · a
  static func add(_ a: [Float], weight: Float, to sum: inout [Float]) {
    for index in sum.indices { sum[index] += weight * a[index] }
  }
}
