internal import Kernels

/// A fixed rotation that codes are made after. It keeps lengths and angles, and leaves no component
/// much larger than the others, whatever the vectors: so that one scale suits all of them, and a
/// few bits of each tell enough to walk by.
final class Rotation: Sendable {
  private let order: [UInt32]
  private let signs: [Float]

  /// Order and signs follow from the number of components alone, by SplitMix64.
  init(dimensions: Int) {
    var state = UInt64(dimensions)
    func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
    var order = (0..<dimensions).map { UInt32($0) }
    for last in stride(from: dimensions - 1, to: 0, by: -1) {
      order.swapAt(last, Int(next() % UInt64(last + 1)))
    }
    self.order = order
    signs = (0..<dimensions).map { _ in next() & 1 == 0 ? 1 : -1 }
  }

  /// Writes the rotated vector to `result`, which must not be `vector`.
  func apply(
    _ vector: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>, _ kernels: RowKernels
  ) {
    kernels.rotate(vector, order.count, order: order, signs: signs, into: result)
  }

  /// Writes the vector that `apply` makes `vector` of to `result`, which must not be `vector`;
  /// leaves something else in `vector`.
  func undo(
    _ vector: UnsafeMutablePointer<Float>, into result: UnsafeMutablePointer<Float>,
    _ kernels: RowKernels
  ) {
    kernels.unrotate(vector, order.count, order: order, signs: signs, into: result)
  }
}
