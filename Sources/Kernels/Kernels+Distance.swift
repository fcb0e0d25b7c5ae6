internal import CKernels

/// How the components of stored vectors are represented.
public enum VectorFormat: UInt8, Sendable, CaseIterable {
  case float32, float16, bfloat16

  /// Bytes of a vector of `count` components.
  public func byteCount(_ count: Int) -> Int { (self == .float32 ? 4 : 2) * count }

  /// The kernel for this format.
  func kernel<K>(_ kernels: (K, K, K)) -> K {
    switch self {
    case .float32: kernels.0
    case .float16: kernels.1
    case .bfloat16: kernels.2
    }
  }
}

extension Kernels {
  /// The inner product of two vectors of equal length. O(n).
  public func dot(_ a: Span<Float>, _ b: Span<Float>) -> Float {
    precondition(a.count == b.count, "vectors differ in length")
    return a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        guard let first = a.baseAddress, let second = b.baseAddress else { return 0 }
        return rows.dot(first, second, a.count)
      }
    }
  }

  /// The CRC-32C checksum of bytes. O(n), about 8 bytes in 3 cycles where the processor has it.
  package static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    ck_crc32c(bytes.baseAddress, bytes.count)
  }

  /// The kernels that score rows in blocks.
  package var rows: RowKernels { RowKernels(table: ck_distance_kernels(cLevel)) }
}
