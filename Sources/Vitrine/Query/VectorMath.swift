internal import Kernels

/// Arithmetic of the few vectors that a query, a walk or an evaluation has in hand.
enum VectorMath {
  static func dot(_ a: [Float], _ b: [Float]) -> Float { Kernels.best.dot(a.span, b.span) }

  /// The inner products of a vector with rows of its length.
  static func dots(_ a: [Float], _ rows: [Float]) -> [Float] {
    let kernels = Kernels.best
    let all = rows.span
    return stride(from: 0, to: rows.count, by: a.count).map {
      kernels.dot(a.span, all.extracting($0..<$0 + a.count))
    }
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
