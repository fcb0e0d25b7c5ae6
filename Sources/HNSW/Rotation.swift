internal import Kernels

/// A fixed rotation that codes are made after. It keeps lengths and angles, and leaves no component
/// much larger than the others, whatever the vectors: so that one scale suits all of them, and a
/// few bits of each tell enough to walk by.
final class Rotation: Sendable {
  private let order: [UInt32]
  private let signs: [Float]

  /// Order and signs follow from the number of components alone.
  init(dimensions: Int) {
    var numbers = SplitMix64(seed: UInt64(dimensions))
    var order = (0..<dimensions).map { UInt32($0) }
    for last in stride(from: dimensions - 1, to: 0, by: -1) {
      order.swapAt(last, Int(numbers.next() % UInt64(last + 1)))
    }
    self.order = order
    signs = (0..<dimensions).map { _ in numbers.next() & 1 == 0 ? 1 : -1 }
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
