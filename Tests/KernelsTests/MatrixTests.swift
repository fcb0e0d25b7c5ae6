import Kernels
import Testing
import TestSupport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

func matrix(_ values: [Float], rows: Int, columns: Int, in arena: Arena) -> Matrix? {
  guard let matrix = Matrix(in: arena, rows: rows, columns: columns) else { return nil }
  for row in 0..<rows {
    matrix.withRow(row) { for i in 0..<columns { $0[i] = values[row * columns + i] } }
  }
  return matrix
}

func values(_ matrix: Matrix) -> [Float] {
  (0..<matrix.rows).flatMap { row in
    matrix.withRow(row) { span in (0..<matrix.columns).map { span[$0] } }
  }
}

/// The levels this processor can run.
let levels = Kernels.Level.allCases.filter { Kernels.named($0) != nil }

struct Shape: CustomTestStringConvertible, Sendable {
  let rows, inputs, outputs: Int
  var testDescription: String { "\(rows)x\(inputs)x\(outputs)" }
}

@Suite struct MatrixTests {
  static let shapes = [
    Shape(rows: 1, inputs: 1, outputs: 1), Shape(rows: 2, inputs: 3, outputs: 5),
    Shape(rows: 7, inputs: 17, outputs: 31), Shape(rows: 13, inputs: 64, outputs: 33),
    Shape(rows: 14, inputs: 65, outputs: 32), Shape(rows: 15, inputs: 100, outputs: 96),
    Shape(rows: 29, inputs: 48, outputs: 64), Shape(rows: 50, inputs: 300, outputs: 70),
    Shape(rows: 131, inputs: 3072, outputs: 40),
  ]

  /// What one product may be off by, as a fraction of the sum of the products' magnitudes: a few
  /// rounding errors of float32 and of bfloat16; for int8 half a step of either factor's range.
  static func tolerance(_ format: NumberFormat) -> Double {
    switch format {
    case .float32: 1e-6
    case .bfloat16, .float16: 0.008
    case .int8: 0.02
    }
  }

  /// What this processor multiplies, and at which levels.
  static let products = levels.flatMap { level in
    NumberFormat.allCases.filter { Kernels.named(level)?.multiplies($0) == true }.map {
      (level, $0)
    }
  }

  @Test(arguments: products)
  func `products equal those of doubles over odd shapes`(
    level: Kernels.Level, format: NumberFormat
  ) throws {
    let kernels = try #require(Kernels.named(level))
    for (seed, shape) in MatrixTests.shapes.enumerated() {
      for activation in [Activation.identity, .quickGELU, .gelu] {
        for rows in Set([kernels.rowFormat(for: format), format == .bfloat16 ? .float32 : format]) {
          try check(shape, rows, format, activation, kernels, seed: UInt64(seed))
        }
      }
    }
  }

  private func check(
    _ shape: Shape, _ rows: NumberFormat, _ format: NumberFormat, _ activation: Activation,
    _ kernels: Kernels, seed: UInt64
  ) throws {
    var generator = SplitMix(seed: seed)
    let (m, k, n) = (shape.rows, shape.inputs, shape.outputs)
    let a = generator.floats(m * k), w = generator.floats(n * k), bias = generator.floats(n)
    let residual = generator.floats(m * n)
    let arena = try #require(Arena(capacity: 64 << 20))
    let x = try #require(matrix(a, rows: m, columns: k, in: arena))
    let out = try #require(matrix(residual, rows: m, columns: n, in: arena))
    let left = try #require(Operand(in: arena, format: rows, rows: m, columns: k))
    let weights = try packed(w, bias: bias, format, inputs: k, outputs: n, in: arena, kernels)
    kernels.convert(x, into: left)
    kernels.multiply(left, weights, activation: activation, adding: out, into: out)
    let result = values(out)
    for row in 0..<m {
      for column in 0..<n {
        var sum = Double(bias[column]), magnitude = abs(sum)
        for i in 0..<k {
          let product = Double(a[row * k + i]) * Double(w[column * k + i])
          sum += product
          magnitude += abs(product)
        }
        let expected = apply(activation, sum) + Double(residual[row * n + column])
        let error = abs(Double(result[row * n + column]) - expected)
        let limit = MatrixTests.tolerance(format) * (magnitude + 1)
        #expect(error <= limit, "seed \(seed) \(shape.testDescription) at \(row), \(column)")
        if error > limit { return }
      }
    }
  }

  @Test(arguments: levels) func `share and panel ranges compute the same product`(
    level: Kernels.Level
  ) throws {
    let kernels = try #require(Kernels.named(level))
    var generator = SplitMix(seed: 5)
    let arena = try #require(Arena(capacity: 16 << 20))
    let x = try #require(matrix(generator.floats(20 * 40), rows: 20, columns: 40, in: arena))
    let left = try #require(Operand(in: arena, format: .float32, rows: 20, columns: 40))
    kernels.convert(x, into: left)
    let weights = try packed(
      generator.floats(200 * 40), bias: generator.floats(200), .float32, inputs: 40, outputs: 200,
      in: arena, kernels)
    let whole = try #require(Matrix(in: arena, rows: 20, columns: 200))
    let parts = try #require(Matrix(in: arena, rows: 20, columns: 200))
    kernels.multiply(left, weights, into: whole)
    let barrier = Barrier(count: 3)
    for index in 0..<3 {
      let share = Share(index: index, of: barrier)
      kernels.multiply(left, weights, into: parts, panels: 0..<2, share: share)
      kernels.multiply(left, weights, into: parts, panels: 2..<7, share: share)
    }
    #expect(values(whole) == values(parts))
  }

  @Test(arguments: products.filter { $0.1 == .float16 })
  func `what half precision cannot hold is its largest`(
    level: Kernels.Level, format: NumberFormat
  ) throws {
    let kernels = try #require(Kernels.named(level))
    let arena = try #require(Arena(capacity: 1 << 20))
    let x = try #require(matrix([1e9, -.infinity, 3], rows: 3, columns: 1, in: arena))
    let left = try #require(Operand(in: arena, format: .float16, rows: 3, columns: 1))
    let out = try #require(Matrix(in: arena, rows: 3, columns: 1))
    kernels.convert(x, into: left)
    let weights = try packed(
      [1], bias: [0], .float16, inputs: 1, outputs: 1, in: arena, kernels)
    kernels.multiply(left, weights, into: out)
    #expect(values(out) == [65504, -65504, 3])
  }

  @Test func `joined matrices begin at panels of their own`() throws {
    let arena = try #require(Arena(capacity: 1 << 20))
    let joined = try #require(
      PackedMatrix(in: arena, format: .bfloat16, inputs: 8, outputs: [33, 5, 64]))
    #expect(joined.columns == 64 + 32 + 64)
    #expect(joined.firstColumn(of: 2) == 96)
    #expect(joined.panels(of: 1..<3) == 2..<5)
  }

  @Test func `a full arena gives no matrix`() throws {
    let arena = try #require(Arena(capacity: 4096))
    #expect(Matrix(in: arena, rows: 1 << 20, columns: 32) == nil)
    #expect(Matrix(in: arena, rows: 1, columns: 32) != nil)
  }
}

func packed(
  _ weights: [Float], bias: [Float], _ format: NumberFormat, inputs: Int, outputs: Int,
  in arena: Arena, _ kernels: Kernels
) throws -> PackedMatrix {
  let matrix = try #require(
    PackedMatrix(in: arena, format: format, inputs: inputs, outputs: [outputs]))
  matrix.setBias(bias.span)
  for panel in matrix.panels(of: 0..<1) {
    let columns = panel * 32..<min(outputs, panel * 32 + 32)
    let range = columns.lowerBound * inputs..<columns.upperBound * inputs
    matrix.pack(weights.span.extracting(range), panel: panel, kernels: kernels)
  }
  return matrix
}

func apply(_ activation: Activation, _ x: Double) -> Double {
  switch activation {
  case .identity: x
  case .quickGELU: x / (1 + exp(-1.702 * x))
  case .gelu: x * 0.5 * (1 + erf(x / 2.0.squareRoot()))
  }
}
