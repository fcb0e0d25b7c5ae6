/// How the elements of a stored tensor are encoded.
public enum ElementType: String, Sendable {
  /// IEEE 754, 32 bits.
  case float32 = "F32"
  /// IEEE 754, 16 bits.
  case float16 = "F16"
  /// The upper 16 bits of a `float32`.
  case bfloat16 = "BF16"

  /// Bytes per element.
  public var size: Int { self == .float32 ? 4 : 2 }
}

/// A tensor inside mapped weights: checked bounds, no copy until it is read as floats.
public struct Tensor: Sendable {
  /// The tensor's name in the checkpoint.
  public let name: String
  /// Sizes, outermost first; empty for a scalar.
  public let shape: [Int]
  /// The stored encoding.
  public let type: ElementType
  /// Elements in all.
  public let count: Int

  let file: MappedFile
  let offset: Int

  /// Writes all elements as `Float`, row-major, into the first ``count`` places of `destination`.
  public func copy(into destination: inout MutableSpan<Float>) {
    copy(0..<count, into: &destination)
  }

  /// Writes the elements of `range` (row-major positions) as `Float` into the first places of
  /// `destination`. F16 and BF16 convert exactly.
  ///
  /// - Complexity: O(`range.count`); about memory speed.
  public func copy(_ range: Range<Int>, into destination: inout MutableSpan<Float>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "elements outside \(name)")
    precondition(range.count <= destination.count, "destination too small for \(name)")
    guard let base = file.bytes.baseAddress, !range.isEmpty else { return }
    let source = base + offset + range.lowerBound * type.size
    unsafe destination.withUnsafeMutableBufferPointer { out in
      guard let out = out.baseAddress else { return }
      switch type {
      case .float32: out.update(from: source, floats: range.count)
      case .float16: out.widen(float16: source, count: range.count)
      case .bfloat16: out.widen(bfloat16: source, count: range.count)
      }
    }
    withExtendedLifetime(file) {}
  }
}

// Safetensors promises no alignment, hence the unaligned loads. Blocks of 16 make vector code.
extension UnsafeMutablePointer<Float> {
  fileprivate func update(from source: UnsafeRawPointer, floats count: Int) {
    UnsafeMutableRawPointer(self).copyMemory(from: source, byteCount: count * 4)
  }

  fileprivate func widen(bfloat16 source: UnsafeRawPointer, count: Int) {
    var i = 0
    while i + 16 <= count {
      let halves = source.loadUnaligned(fromByteOffset: i * 2, as: SIMD16<UInt16>.self)
      let bits = SIMD16<UInt32>(truncatingIfNeeded: halves) &<< 16
      UnsafeMutableRawPointer(self + i).storeBytes(of: bits, as: SIMD16<UInt32>.self)
      i += 16
    }
    while i < count {
      let half = source.loadUnaligned(fromByteOffset: i * 2, as: UInt16.self)
      self[i] = Float(bitPattern: UInt32(half) << 16)
      i += 1
    }
  }

  /// A half's exponent and mantissa, moved to a float's place and multiplied by 2^112 (the
  /// difference of the exponent biases), are its value: subnormals included.
  fileprivate func widen(float16 source: UnsafeRawPointer, count: Int) {
    var i = 0
    while i + 16 <= count {
      let halves = source.loadUnaligned(fromByteOffset: i * 2, as: SIMD16<UInt16>.self)
      let widened = widenedFloat16(SIMD16<UInt32>(truncatingIfNeeded: halves))
      UnsafeMutableRawPointer(self + i).storeBytes(of: widened, as: SIMD16<UInt32>.self)
      i += 16
    }
    while i < count {
      let half = source.loadUnaligned(fromByteOffset: i * 2, as: UInt16.self)
      self[i] = Float(bitPattern: widenedFloat16(SIMD16(repeating: UInt32(half)))[0])
      i += 1
    }
  }
}

@inline(__always)
private func widenedFloat16(_ halves: SIMD16<UInt32>) -> SIMD16<UInt32> {
  let magnitude = (halves & 0x7fff) &<< 13
  let scaled = unsafeBitCast(magnitude, to: SIMD16<Float>.self) * 0x1p112
  let special = magnitude .>= 0x0f80_0000  // infinities and NaNs: the exponent is all ones
  let bits = unsafeBitCast(scaled, to: SIMD16<UInt32>.self)
    .replacing(with: magnitude | 0x7f80_0000, where: special)
  return bits | (halves & 0x8000) &<< 16
}
