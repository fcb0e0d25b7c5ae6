import Kernels
import Testing
import TestSupport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite struct TransformerTests {
  @Test(arguments: levels, [1, 15, 16, 24, 33, 768])
  func `layer norm equals that of doubles`(level: Kernels.Level, columns: Int) throws {
    let kernels = try #require(Kernels.named(level))
    var generator = SplitMix(seed: UInt64(columns))
    let arena = try #require(Arena(capacity: 4 << 20))
    let source = generator.floats(3 * columns, in: -2...5)
    let gain = generator.floats(columns), bias = generator.floats(columns)
    let x = try #require(matrix(source, rows: 3, columns: columns, in: arena))
    kernels.layerNorm(
      x, gain: try #require(matrix(gain, rows: 1, columns: columns, in: arena)),
      bias: try #require(matrix(bias, rows: 1, columns: columns, in: arena)), epsilon: 1e-5)
    let result = values(x)
    for row in 0..<3 {
      let line = source[row * columns..<(row + 1) * columns].map(Double.init)
      let mean = line.reduce(0, +) / Double(columns)
      let variance = line.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(columns)
      for i in 0..<columns {
        let expected =
          (line[i] - mean) / (variance + 1e-5).squareRoot() * Double(gain[i]) + Double(bias[i])
        #expect(abs(Double(result[row * columns + i]) - expected) < 2e-5, "\(row), \(i)")
      }
    }
  }

  struct Case: CustomTestStringConvertible, Sendable {
    let heads, headColumns: Int
    let lengths: [Int]
    let isCausal, isLastOnly: Bool
    var testDescription: String { "\(heads)x\(headColumns) \(lengths) \(isCausal) \(isLastOnly)" }
  }

  static let cases = [
    Case(heads: 1, headColumns: 64, lengths: [1], isCausal: false, isLastOnly: false),
    Case(heads: 12, headColumns: 64, lengths: [50, 50], isCausal: false, isLastOnly: false),
    Case(heads: 2, headColumns: 64, lengths: [8, 77, 3], isCausal: true, isLastOnly: false),
    Case(heads: 2, headColumns: 32, lengths: [5, 33], isCausal: true, isLastOnly: true),
    Case(heads: 4, headColumns: 8, lengths: [17], isCausal: false, isLastOnly: false),
    Case(heads: 3, headColumns: 20, lengths: [9, 2], isCausal: true, isLastOnly: false),
    Case(heads: 2, headColumns: 7, lengths: [40], isCausal: true, isLastOnly: false),
    Case(heads: 2, headColumns: 80, lengths: [257], isCausal: false, isLastOnly: false),
  ]

  @Test(arguments: levels, cases)
  func `attention equals that of doubles`(level: Kernels.Level, testCase: Case) throws {
    let kernels = try #require(Kernels.named(level))
    var generator = SplitMix(seed: UInt64(testCase.headColumns))
    let arena = try #require(Arena(capacity: 32 << 20))
    let columns = testCase.heads * testCase.headColumns
    let keys = Sequences(lengths: testCase.lengths)
    let queries = Sequences(
      lengths: testCase.isLastOnly ? testCase.lengths.map { _ in 1 } : testCase.lengths)
    let qs = generator.floats(queries.rows * columns, in: -2...2)
    let ks = generator.floats(keys.rows * columns), vs = generator.floats(keys.rows * columns)
    let q = try #require(matrix(qs, rows: queries.rows, columns: columns, in: arena))
    let k = try #require(matrix(ks, rows: keys.rows, columns: columns, in: arena))
    let v = try #require(matrix(vs, rows: keys.rows, columns: columns, in: arena))
    let out = try #require(Matrix(in: arena, rows: queries.rows, columns: columns))
    let scratch = try #require(
      Matrix(
        in: arena, rows: 1,
        columns: Attention.scratchCount(keys: 257, headColumns: testCase.headColumns)))
    let expected = reference(testCase, queries, keys, qs, ks, vs)
    let halves = kernels.halfRows.map { [($0, 0.02)] } ?? []
    for (format, limit) in [(NumberFormat.float32, 2e-6)] + halves {
      let attention = Attention(
        heads: testCase.heads, isCausal: testCase.isCausal, format: format, queries: queries,
        keys: keys)
      let barrier = Barrier(count: 2)
      for index in 0..<2 {
        kernels.attend(
          attention, q: q, k: k, v: v, into: out, scratch: scratch,
          share: Share(index: index, of: barrier))
      }
      let worst = zip(values(out), expected).map { abs(Double($0) - $1) }.max()
      #expect(try #require(worst) < limit, "\(format)")
    }
  }

  private func reference(
    _ testCase: Case, _ queries: Sequences, _ keys: Sequences, _ q: [Float], _ k: [Float],
    _ v: [Float]
  ) -> [Double] {
    let d = testCase.headColumns, columns = testCase.heads * d
    var result = [Double](repeating: 0, count: q.count)
    for s in 0..<keys.count {
      for r in 0..<queries.length(s) {
        let row = Int(queries.starts[s]) + r
        let hidden = testCase.isCausal ? queries.length(s) - 1 - r : 0
        for head in 0..<testCase.heads {
          let keyRows = Int(keys.starts[s])..<Int(keys.starts[s + 1]) - hidden
          let scores = keyRows.map { key in
            (0..<d).reduce(0.0) {
              $0 + Double(q[row * columns + head * d + $1])
                * Double(k[key * columns + head * d + $1])
            } / Double(d).squareRoot()
          }
          let top = scores.max() ?? 0
          let weights = scores.map { exp($0 - top) }
          let total = weights.reduce(0, +)
          for i in 0..<d {
            result[row * columns + head * d + i] = zip(keyRows, weights).reduce(0.0) {
              $0 + $1.1 / total * Double(v[$1.0 * columns + head * d + i])
            }
          }
        }
      }
    }
    return result
  }

  @Test(arguments: levels) func `patches follow the order of a convolution`(level: Kernels.Level)
    throws
  {
    let kernels = try #require(Kernels.named(level))
    let arena = try #require(Arena(capacity: 1 << 20))
    // 2 channels, 7 x 7 pixels, patches of 3: the last line and column belong to no patch.
    let pixels = (0..<98).map { Float($0) }
    let out = try #require(Operand(in: arena, format: .float32, rows: 5, columns: 18))
    let scratch = try #require(Matrix(in: arena, rows: 1, columns: 18))
    kernels.patches(of: pixels.span, side: 7, patch: 3, into: out, row: 1, scratch: scratch)
    let identity = (0..<18 * 18).map { Float($0 / 18 == $0 % 18 ? 1 : 0) }
    let weights = try packed(
      identity, bias: [Float](repeating: 0, count: 18), .float32, inputs: 18, outputs: 18,
      in: arena, kernels)
    let rows = try #require(Matrix(in: arena, rows: 5, columns: 18))
    kernels.multiply(out, weights, into: rows)
    let lowerRight: [Float] = [24, 25, 26, 31, 32, 33, 38, 39, 40]
    #expect(Array(values(rows)[4 * 18..<5 * 18]) == lowerRight + lowerRight.map { $0 + 49 })
    #expect(Array(values(rows)[..<18]) == [Float](repeating: 0, count: 18))
  }

  @Test func `normalised rows have length one and zeros stay`() throws {
    let arena = try #require(Arena(capacity: 1 << 20))
    let x = try #require(matrix([3, 4, 0, 0], rows: 2, columns: 2, in: arena))
    Kernels.best.normalise(x)
    #expect(values(x) == [0.6, 0.8, 0, 0])
  }
}
