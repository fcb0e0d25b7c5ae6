import Kernels
import Testing

/// Every instruction set against the definition in double precision, at lengths around the widths
/// of its registers.
@Suite struct DistanceTests {
  static let levels = Kernels.Level.allCases.compactMap { Kernels.named($0) }
  static let lengths = [
    1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 127, 512, 513, 784, 4098,
  ]

  static func values(_ count: Int, seed: UInt64) -> [Float] {
    var state = seed
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(Int32(truncatingIfNeeded: state >> 33)) / Float(1 << 29) - 2
    }
  }

  static func definition(_ a: [Float], _ b: [Float]) -> (dot: Double, l2: Double) {
    var (dot, l2) = (0.0, 0.0)
    for (x, y) in zip(a, b) {
      dot += Double(x) * Double(y)
      l2 += (Double(x) - Double(y)) * (Double(x) - Double(y))
    }
    return (dot, l2)
  }

  @Test(arguments: levels, lengths)
  func `products agree with their definition`(kernels: Kernels, count: Int) {
    let (a, b) = (Self.values(count, seed: 1), Self.values(count, seed: 2))
    let dot = Self.definition(a, b).dot
    #expect(abs(Double(kernels.dot(a.span, b.span)) - dot) <= 4e-5 * Double(count))
  }

  @Test(arguments: levels, VectorFormat.allCases)
  func `rows of every format`(kernels: Kernels, format: VectorFormat) {
    for count in Self.lengths {
      let query = Self.values(count, seed: 3)
      var vectors: [[Float]] = []
      let rows = (0..<7).map { row -> [UInt8] in
        var packed = [UInt8](repeating: 0, count: (format.byteCount(count) + 15) / 16 * 16)
        var back = [Float](repeating: 0, count: count)
        packed.withUnsafeMutableBytes { bytes in
          let source = Self.values(count, seed: UInt64(10 + row))
          guard let base = bytes.baseAddress else { return }
          kernels.rows.pack(source, count, as: format, into: base)
          kernels.rows.unpack(base, count, as: format, into: &back)
          for (a, b) in zip(source, back) {
            #expect(abs(a - b) <= error(of: a, as: format) + 1e-7)
          }
        }
        vectors.append(back)
        return packed
      }
      let ids: [UInt32] = [6, 0, 3, 5, 1, 2, 4]
      var (dots, l2s) = ([Float](repeating: 0, count: 7), [Float](repeating: 0, count: 7))
      withRows(rows, perBlock: 3) { table in
        kernels.rows.dots(table, format, query, count, ids, 7, &dots)
        kernels.rows.squaredDistances(table, format, query, count, ids, 7, &l2s)
      }
      for (index, id) in ids.enumerated() {
        let vector = vectors[Int(id)]
        let (dot, l2) = Self.definition(query, vector)
        #expect(abs(Double(dots[index]) - dot) <= 4e-5 * Double(count))
        #expect(abs(Double(l2s[index]) - l2) <= 4e-5 * Double(count))
      }
    }
  }

  /// What rounding may change of a component.
  private func error(of value: Float, as format: VectorFormat) -> Float {
    switch format {
    case .float32: 0
    case .float16: abs(value) * 0x1p-11
    case .bfloat16: abs(value) * 0x1p-8
    }
  }

  @Test func `the checksum is CRC-32C`() {
    // The check value of the algorithm's specification.
    #expect("123456789".utf8.span.bytes.withUnsafeBytes { Kernels.checksum($0) } == 0xE306_9283)
  }
}
