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

  static func codeDistance(_ a: [UInt8], _ b: [UInt8]) -> Int32 {
    var sum: Int32 = 0
    for (x, y) in zip(a, b) { sum += (Int32(x) - Int32(y)) * (Int32(x) - Int32(y)) }
    return sum
  }

  @Test(arguments: levels, lengths)
  func productsAndDistancesAgreeWithTheirDefinition(kernels: Kernels, count: Int) {
    let (a, b) = (Self.values(count, seed: 1), Self.values(count, seed: 2))
    let (dot, l2) = Self.definition(a, b)
    let tolerance = 1e-5 * Double(count) * 4
    #expect(abs(Double(kernels.dot(a.span, b.span)) - dot) <= tolerance)
    #expect(abs(Double(kernels.squaredDistance(a.span, b.span)) - l2) <= tolerance)
  }

  /// Rows in two blocks, so that both halves of a record's address matter.
  private func withRows<R>(
    _ rows: [[UInt8]], perBlock: Int, norms: [Int32] = [], _ body: (RowTable) -> R
  ) -> R {
    let stride = rows[0].count
    let blocks = Swift.stride(from: 0, to: rows.count, by: perBlock).map { start in
      let block = UnsafeMutableRawPointer.allocate(
        byteCount: 48 + perBlock * (stride + 4), alignment: 64)
      for (index, row) in rows[start..<min(rows.count, start + perBlock)].enumerated() {
        (block + 48 + index * stride).copyMemory(from: row, byteCount: stride)
        guard !norms.isEmpty else { continue }
        (block + 48 + perBlock * stride + 4 * index)
          .storeBytes(of: norms[start + index], as: Int32.self)
      }
      return block
    }
    defer { for block in blocks { block.deallocate() } }
    let addresses = blocks.map { UnsafePointer?.some($0.assumingMemoryBound(to: UInt8.self)) }
    return addresses.withUnsafeBufferPointer { addresses in
      guard let base = addresses.baseAddress else { preconditionFailure("no rows") }
      return body(
        RowTable(
          blocks: base, recordsPerBlock: perBlock, stride: stride, offset: 48,
          normOffset: 48 + perBlock * stride))
    }
  }

  private func withCodes<R>(
    _ upper: [[UInt8]], _ lower: [[UInt8]], perBlock: Int, norms: [Int32],
    _ body: (CodeTable) -> R
  ) -> R {
    withRows(upper, perBlock: perBlock, norms: norms) { upper in
      withRows(lower, perBlock: perBlock) { lower in
        body(CodeTable(upper: upper, lower: lower))
      }
    }
  }

  @Test(arguments: levels, VectorFormat.allCases)
  func rowsOfEveryFormat(kernels: Kernels, format: VectorFormat) {
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
          let greatest = source.map(abs).max() ?? 0
          for (a, b) in zip(source, back) {
            #expect(abs(a - b) <= error(of: a, besides: greatest, as: format) + 1e-7)
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

  /// Also those that are too small for a step.
  @Test(arguments: levels)
  func integersHoldVectorsOfAllSizes(kernels: Kernels) {
    for size in [0, .leastNonzeroMagnitude, 1e-37, 1e-30, 1, 1e30, 3e38] as [Float] {
      let source: [Float] = [size, -size / 2, 0, size / 3]
      var packed = [UInt8](repeating: 0, count: VectorFormat.int16.byteCount(4))
      var back = [Float](repeating: 7, count: 4)
      packed.withUnsafeMutableBytes { bytes in
        guard let base = bytes.baseAddress else { return }
        kernels.rows.pack(source, 4, as: .int16, into: base)
        kernels.rows.unpack(base, 4, as: .int16, into: &back)
      }
      for (a, b) in zip(source, back) { #expect(abs(a - b) <= size / 60_000 + 1e-33) }
    }
  }

  /// What rounding may change of a component, beside others up to `greatest`.
  private func error(of value: Float, besides greatest: Float, as format: VectorFormat) -> Float {
    switch format {
    case .float32: 0
    case .float16: abs(value) * 0x1p-11
    case .bfloat16: abs(value) * 0x1p-8
    case .int16: greatest / 32767 * 0.51
    }
  }

  /// How the codes of components are stored: their upper halves, and the lower ones.
  private func halves(_ components: [UInt8]) -> (upper: [UInt8], lower: [UInt8]) {
    let half = components.count / 2
    return (
      (0..<half).map { components[$0] >> 4 | components[half + $0] & 0xF0 },
      (0..<half).map { components[$0] & 0x0F | components[half + $0] << 4 }
    )
  }

  /// Integers are exact, at the extremes too: nothing may saturate.
  @Test(arguments: levels)
  func codesAreScoredExactly(kernels: Kernels) {
    for count in [128, 256, 384, 512, 896, 4096] {
      let extremes: [UInt8] = [1, 255, 128]
      let zero = [UInt8](repeating: 128, count: count)
      let codes = (0..<9).map { row -> [UInt8] in
        if row < 3 { return [UInt8](repeating: extremes[row], count: count) }
        return (0..<count).map { UInt8(1 + ($0 * 97 + row * 31 + $0 * $0) % 255) }
      }
      let norms = codes.map { Self.codeDistance($0, zero) }
      let fillings: [Int8] = [127, -127, 3]
      for filling in fillings {
        let query = [Int8](repeating: filling, count: count)
        let ids: [UInt32] = [8, 1, 0, 2, 3, 4, 7, 6, 5]
        var scores = [Int32](repeating: 0, count: 9)
        var weighted = scores
        var distances = scores
        var coarse = scores
        var refined = scores
        let stored = codes.map(halves)
        withCodes(stored.map(\.upper), stored.map(\.lower), perBlock: 4, norms: norms) { table in
          kernels.rows.codeScores(
            table, isCoarse: true, query, count, weight: 0, ids, 9, &coarse)
          kernels.rows.codeScores(
            table, isCoarse: true, query, count, weight: 0.5, ids, 9, &refined)
          kernels.rows.refineScores(table, query, count, ids, 9, &refined)
          kernels.rows.codeScores(table, query, count, weight: 0, ids, 9, &scores)
          kernels.rows.codeScores(table, query, count, weight: 0.5, ids, 9, &weighted)
          let row = SignedCodes(width: count, capacity: 9)
          defer { row.deallocate() }
          kernels.rows.take(5, of: table, into: row)
          kernels.rows.codeSquaredDistances(table, from: row, ids, 9, &distances)
          // Row 5 itself comes last, and nothing is nearer.
          var some = distances
          let measured = kernels.rows.codeSquaredDistances(
            table, from: row, ids, 9, until: 1, &some)
          #expect(measured == 9 && some == distances)
          for (place, id) in ids.enumerated() {
            kernels.rows.take(id, of: table, into: row, at: place)
          }
          let stopped = kernels.rows.codeSquaredDistances(
            table, from: row, ids, 9, until: 1, &some)
          #expect((1...4).contains(stopped) && some[0] == 0)
          for (place, distance) in distances.enumerated() {
            let nearest = distances[0...place].min() ?? 0
            #expect(kernels.rows.isNear(table, 5, to: row, place + 1, within: nearest + 1))
            #expect(!kernels.rows.isNear(table, 5, to: row, place + 1, within: nearest))
            #expect(distance >= nearest)
          }
        }
        for (index, id) in ids.enumerated() {
          let code = codes[Int(id)]
          var dot: Int32 = 0
          var upper: Int32 = 0
          for (a, b) in zip(code, query) {
            dot += Int32(a) * Int32(b)
            upper += Int32(a & 0xF0) * Int32(b)
          }
          #expect(coarse[index] == -upper)
          #expect(scores[index] == -dot)
          #expect(refined[index] == weighted[index])
          #expect(weighted[index] == Int32(0.5 * Float(norms[Int(id)])) - dot)
          #expect(distances[index] == Self.codeDistance(code, codes[5]))
        }
      }
    }
  }

  @Test(arguments: levels)
  func encodingRoundsAndClips(kernels: Kernels) {
    let vector: [Float] = [0, 1, -1, 0.24, 0.26, 1000, -1000, 63.4]
    let mean = [Float](repeating: 0, count: 8)
    var (upper, lower) = ([UInt8](repeating: 0, count: 64), [UInt8](repeating: 0, count: 64))
    let norm = kernels.rows.encode(
      vector, mean: mean, inverseScale: 2, 8, padded: 128, upper: &upper, lower: &lower)
    let components: [UInt8] =
      [128, 130, 126, 128, 129, 255, 1, 255] + [UInt8](repeating: 128, count: 120)
    #expect((upper, lower) == halves(components))
    var back = [UInt8](repeating: 0, count: 128)
    kernels.rows.components(upper: upper, lower: lower, 128, into: &back)
    #expect(back == components)
    #expect(norm == 4 + 4 + 1 + 3 * 127 * 127)
  }

  @Test(arguments: levels, [1, 5, 31, 32, 100, 192, 300, 512, 784, 1024])
  func `A rotation keeps lengths, spreads what stands out, and can be undone`(
    kernels: Kernels, count: Int
  ) {
    var vector = [Float](repeating: 0.01, count: count)
    vector[count / 2] = 1
    // Any order and signs will do.
    let order = (0..<count).map { UInt32(count - 1 - $0) }
    let signs = (0..<count).map { Float($0 * $0 % 7 < 3 ? 1 : -1) }
    var (rotated, back) = (vector, vector)
    kernels.rows.rotate(vector, count, order: order, signs: signs, into: &rotated)
    let expected = Self.rotated(vector, order, signs)
    for (a, b) in zip(rotated, expected) { #expect(abs(a - b) < 1e-5) }
    let (before, after) = (
      Self.definition(vector, vector).dot, Self.definition(rotated, rotated).dot
    )
    #expect(abs(before - after) <= 1e-5 * before)
    if count >= 32 { #expect((rotated.lazy.map(abs).max() ?? 1) < 0.8) }
    kernels.rows.unrotate(&rotated, count, order: order, signs: signs, into: &back)
    for (a, b) in zip(vector, back) { #expect(abs(a - b) < 1e-5) }
  }

  /// As Indexes/README.md describes it.
  private static func rotated(_ x: [Float], _ order: [UInt32], _ signs: [Float]) -> [Float] {
    var y = x.indices.map { signs[$0] * x[Int(order[$0])] }
    var block = 1
    while 2 * block <= y.count { block *= 2 }
    for first in Set([0, y.count - block]).sorted() {
      var step = block / 2
      while step >= 16 {
        for index in 0..<block where index & step == 0 {
          let (a, b) = (y[first + index], y[first + index + step])
          y[first + index] = (a + b) / Float(2).squareRoot()
          y[first + index + step] = (a - b) / Float(2).squareRoot()
        }
        step /= 2
      }
    }
    return y
  }

  @Test(arguments: levels)
  func queriesAreSpreadOverAByte(kernels: Kernels) {
    let vector: [Float] = [1, -2, 0.5, 2]
    let mean: [Float] = [1, 0, 0, 0]
    var code = [Int8](repeating: 0, count: 4)
    let (step, norm) = kernels.rows.quantise(
      vector, mean: mean, share: 1, floor: 0, 4, into: &code)
    #expect(abs(step - 2 / 127) < 1e-8)
    #expect(code == [0, -127, 32, 127])
    #expect(norm == 2 * 127 * 127 + 32 * 32)
    #expect(kernels.rows.reach(vector, mean: mean, share: 1, 4) == 2)
  }

  @Test func theChecksumIsCRC32C() {
    // The check value of the algorithm's specification.
    #expect("123456789".utf8.span.bytes.withUnsafeBytes { Kernels.checksum($0) } == 0xE306_9283)
  }
}
