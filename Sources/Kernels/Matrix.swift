/// Rows of floats in an ``Arena``; every row is followed by zeros up to a multiple of 32.
///
/// A view: copies share the floats. Rows lie an odd number of cache lines apart, so that the rows
/// of a tile fall into different sets of the cache.
public struct Matrix: @unchecked Sendable {
  // Sendable: constant addresses in an `Arena`, which it keeps alive and under whose contract it is
  // shared.
  let arena: Arena
  let base: UnsafeMutablePointer<Float>
  let stride: Int

  /// Number of rows.
  public let rows: Int
  /// Number of columns, without the padding.
  public let columns: Int

  /// Zeros; `nil` where the arena is full.
  public init?(in arena: Arena, rows: Int, columns: Int) {
    let stride = columns.roundedUp(to: 32) + 16
    guard let memory = arena.allocate(rows * stride * MemoryLayout<Float>.stride) else {
      return nil
    }
    self.init(
      arena: arena, base: memory.assumingMemoryBound(to: Float.self), stride: stride, rows: rows,
      columns: columns)
  }

  private init(
    arena: Arena, base: UnsafeMutablePointer<Float>, stride: Int, rows: Int, columns: Int
  ) {
    self.arena = arena
    self.base = base
    self.stride = stride
    self.rows = rows
    self.columns = columns
  }

  /// The rows of a range.
  public subscript(range: Range<Int>) -> Matrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows outside the matrix")
    return Matrix(
      arena: arena, base: base + range.lowerBound * stride, stride: stride, rows: range.count,
      columns: columns)
  }

  /// The columns of a range that starts at a multiple of 16.
  public func columns(_ range: Range<Int>) -> Matrix {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= stride && range.lowerBound % 16 == 0,
      "columns outside the matrix")
    return Matrix(
      arena: arena, base: base + range.lowerBound, stride: stride, rows: rows,
      columns: range.count)
  }

  /// Calls `body` with the floats of a row.
  public func withRow<R, E>(_ row: Int, _ body: (inout MutableSpan<Float>) throws(E) -> R)
    throws(E) -> R
  {
    precondition(row >= 0 && row < rows, "row outside the matrix")
    let buffer = UnsafeMutableBufferPointer(start: base + row * stride, count: columns)
    var span = buffer.mutableSpan
    return try body(&span)
  }

  /// Copies row `source` of `other` over row `row`.
  public func copyRow(_ row: Int, from other: Matrix, row source: Int) {
    precondition(
      row >= 0 && row < rows && source >= 0 && source < other.rows && columns == other.columns,
      "rows outside the matrices")
    (base + row * stride).update(from: other.base + source * other.stride, count: columns)
  }
}

/// Rows in the number format of a ``PackedMatrix``: its left-hand side.
///
/// A view, like ``Matrix``. 8-bit rows carry a scale and a zero point each.
public struct Operand: @unchecked Sendable {
  // Sendable: constant addresses in an `Arena`, which it keeps alive and under whose contract it is
  // shared.
  let arena: Arena
  let data: UnsafeMutableRawPointer
  let scales: UnsafeMutablePointer<Float>
  let zeros: UnsafeMutablePointer<Int32>
  let stride: Int

  /// The format of the numbers.
  public let format: NumberFormat
  /// Number of rows.
  public let rows: Int
  /// Number of columns, without the padding.
  public let columns: Int

  /// Zeros; `nil` where the arena is full.
  public init?(in arena: Arena, format: NumberFormat, rows: Int, columns: Int) {
    // Products store whole panels of 32 columns.
    let stride = (format.rowBytes(columns.roundedUp(to: 32)) / 64 | 1) * 64
    guard let data = arena.allocate(rows * stride), let scales = arena.allocate(rows * 4),
      let zeros = arena.allocate(rows * 4)
    else { return nil }
    self.arena = arena
    self.data = data
    self.scales = scales.assumingMemoryBound(to: Float.self)
    self.zeros = zeros.assumingMemoryBound(to: Int32.self)
    self.stride = stride
    self.format = format
    self.rows = rows
    self.columns = columns
  }

  private init(_ whole: Operand, from first: Int, rows: Int) {
    arena = whole.arena
    data = whole.data + first * whole.stride
    scales = whole.scales + first
    zeros = whole.zeros + first
    stride = whole.stride
    format = whole.format
    columns = whole.columns
    self.rows = rows
  }

  /// The rows of a range.
  public subscript(range: Range<Int>) -> Operand {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows outside the operand")
    return Operand(self, from: range.lowerBound, rows: range.count)
  }
}

/// How the factors of a matrix product are stored. Sums are always 32 bits wide.
public enum NumberFormat: UInt32, Sendable, CaseIterable {
  /// IEEE single precision.
  case float32
  /// The upper half of a float32.
  case bfloat16
  /// Weights in 8 bits with a scale per column, activations in 8 bits with a range per row.
  case int8
  /// IEEE half precision, where a processor multiplies that: sums of a few products are of half
  /// precision too, which makes less of an error than the fewer digits of bfloat16.
  case float16

  var elementBytes: Int {
    switch self {
    case .float32: 4
    case .bfloat16, .float16: 2
    case .int8: 1
    }
  }

  /// Bytes of a row, padded as the kernels need it.
  func rowBytes(_ columns: Int) -> Int { (columns * elementBytes).roundedUp(to: 64) }
}

extension Int {
  func roundedUp(to multiple: Int) -> Int { (self + multiple - 1) / multiple * multiple }
}
