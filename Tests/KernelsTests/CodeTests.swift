import Kernels
import Testing

/// Codes, what they leave of vectors, and the rotation before, on every instruction set.
@Suite struct CodeTests {
  private static let levels = DistanceTests.levels

  private static func codeDistance(_ a: [UInt8], _ b: [UInt8]) -> Int32 {
    var sum: Int32 = 0
    for (x, y) in zip(a, b) { sum += (Int32(x) - Int32(y)) * (Int32(x) - Int32(y)) }
    return sum
  }

  /// How the codes of components are stored: their upper halves, and the lower ones.
  private func halves(_ components: [UInt8]) -> (upper: [UInt8], lower: [UInt8]) {
    let half = components.count / 2
    return (
      (0..<half).map { components[$0] >> 4 | components[half + $0] & 0xF0 },
      (0..<half).map { components[$0] & 0x0F | components[half + $0] << 4 }
    )
  }

  private static let widths = [128, 256, 384, 512, 896, 4096]
  /// Row 5 comes last.
  private static let ids: [UInt32] = [8, 1, 0, 2, 3, 4, 7, 6, 5]

  /// Nine codes of `count` components, those at the extremes among them, and their norms.
  private static func samples(_ count: Int) -> (codes: [[UInt8]], norms: [Int32]) {
    let extremes: [UInt8] = [1, 255, 128]
    let zero = [UInt8](repeating: 128, count: count)
    let codes = (0..<9).map { row -> [UInt8] in
      if row < 3 { return [UInt8](repeating: extremes[row], count: count) }
      return (0..<count).map { UInt8(1 + ($0 * 97 + row * 31 + $0 * $0) % 255) }
    }
    return (codes, codes.map { codeDistance($0, zero) })
  }

  private func withSamples(_ count: Int, _ body: (CodeTable) -> Void) {
    let (codes, norms) = Self.samples(count)
    let stored = codes.map(halves)
    withCodes(stored.map(\.upper), stored.map(\.lower), perBlock: 4, norms: norms, body)
  }

  /// Integers are exact, at the extremes too: nothing may saturate.
  @Test(arguments: levels, widths)
  func `codes are scored exactly`(kernels: Kernels, count: Int) {
    let (codes, norms) = Self.samples(count)
    let ids = Self.ids
    let fillings: [Int8] = [127, -127, 3]
    for filling in fillings {
      let query = [Int8](repeating: filling, count: count)
      var scores = [Int32](repeating: 0, count: 9)
      var weighted = scores
      var coarse = scores
      var refined = scores
      withSamples(count) { table in
        kernels.rows.codeScores(
          table, isCoarse: true, query, count, weight: 0, ids, 9, &coarse)
        kernels.rows.codeScores(
          table, isCoarse: true, query, count, weight: 0.5, ids, 9, &refined)
        kernels.rows.refineScores(table, query, count, ids, 9, &refined)
        kernels.rows.codeScores(table, query, count, weight: 0, ids, 9, &scores)
        kernels.rows.codeScores(table, query, count, weight: 0.5, ids, 9, &weighted)
      }
      for (index, id) in ids.enumerated() {
        var dot: Int32 = 0
        var upper: Int32 = 0
        for (a, b) in zip(codes[Int(id)], query) {
          dot += Int32(a) * Int32(b)
          upper += Int32(a & 0xF0) * Int32(b)
        }
        #expect(coarse[index] == -upper)
        #expect(scores[index] == -dot)
        #expect(refined[index] == weighted[index])
        #expect(weighted[index] == Int32(0.5 * Float(norms[Int(id)])) - dot)
      }
    }
  }

  @Test(arguments: levels, widths)
  func `distances of codes are exact`(kernels: Kernels, count: Int) {
    let codes = Self.samples(count).codes
    let ids = Self.ids
    var distances = [Int32](repeating: 0, count: 9)
    withSamples(count) { table in
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
      #expect(distances[index] == Self.codeDistance(codes[Int(id)], codes[5]))
    }
  }

  @Test(arguments: levels)
  func `encoding rounds and clips`(kernels: Kernels) {
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

  /// By codes and what these leave, those that are clipped too.
  @Test(arguments: levels, [5, 128, 300, 512])
  func `codes with their residuals are exact to sixteen bits`(kernels: Kernels, count: Int) throws {
    let (scale, padded) = (Float(1) / 64, (count + 127) / 128 * 128)
    let mean = DistanceTests.values(count, seed: 7).map { $0 / 8 }
    let coded = (0..<5).map { row in
      var vector = DistanceTests.values(count, seed: UInt64(30 + row)).map { $0 * 0.8 }
      if row > 0 { vector[count / 2] = Float(row) * 3 }
      let code = FineCode(vector, mean: mean, scale: scale, padded: padded, kernels)
      for index in 0..<count {
        let isClipped = index == count / 2
        let limit = isClipped ? max(scale, code.step) / 2 : scale / 500
        #expect(abs(code.values[index] + mean[index] - vector[index]) <= limit)
      }
      return code
    }
    var query = [Int8](repeating: 0, count: 2 * padded)
    let vector = DistanceTests.values(count, seed: 9)
    var (dots, l2s) = ([Float](repeating: 0, count: 5), [Float](repeating: 0, count: 5))
    let ids: [UInt32] = [4, 0, 3, 1, 2]
    query.withUnsafeMutableBufferPointer { query in
      guard let high = query.baseAddress else { return }
      let fine = kernels.rows.quantise(
        vector, mean: vector, share: 0, floor: 0, count, high: high, low: high + padded
      ).query
      withCodes(
        coded.map(\.upper), coded.map(\.lower), coded.map(\.residual), coded.map(\.step),
        perBlock: 2
      ) { table in
        kernels.rows.fineDots(table, fine, count, scale: scale, ids, 5, &dots)
        kernels.rows.fineSquaredDistances(table, fine, count, scale: scale, ids, 5, &l2s)
      }
    }
    for (place, id) in ids.enumerated() {
      let (dot, l2) = DistanceTests.definition(vector, coded[Int(id)].values)
      let tolerance = 2e-4 * Double(count).squareRoot()
      #expect(abs(Double(dots[place]) - dot) <= tolerance)
      #expect(abs(Double(l2s[place]) - l2) <= 2 * tolerance)
    }
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
      DistanceTests.definition(vector, vector).dot, DistanceTests.definition(rotated, rotated).dot
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
  func `queries are spread over a byte`(kernels: Kernels) {
    let vector: [Float] = [1, -2, 0.5, 2]
    let mean: [Float] = [1, 0, 0, 0]
    var (code, rest) = ([Int8](repeating: 0, count: 4), [Int8](repeating: 0, count: 4))
    let (query, norm) = kernels.rows.quantise(
      vector, mean: mean, share: 1, floor: 0, 4, high: &code, low: &rest)
    #expect(abs(query.step - 2 / 127) < 1e-8)
    #expect(code == [0, -127, 32, 127])
    // 0.5 is 31.75 steps.
    #expect(rest == [0, 0, -64, 0])
    #expect(norm == 2 * 127 * 127 + 32 * 32)
    #expect(kernels.rows.reach(vector, mean: mean, share: 1, 4) == 2)
  }
}
