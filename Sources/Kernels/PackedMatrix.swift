internal import CKernels

/// Weights in the layout of the matrix kernels, with the bias that is added to their products.
///
/// Columns lie in panels of 32; a matrix can join several (say queries, keys and values), each
/// beginning at a panel of its own.
public struct PackedMatrix: @unchecked Sendable {
  // Sendable: written only by `pack` and `setBias`, before the matrix is shared.
  let arena: Arena
  let panels: UnsafeMutableRawPointer
  let bias: UnsafeMutablePointer<Float>
  let scales: UnsafeMutablePointer<Float>?
  let sums: UnsafeMutablePointer<Int32>?

  /// The format of the weights.
  public let format: NumberFormat
  /// Rows of the matrix: the columns of what it multiplies.
  public let inputs: Int
  /// The joined matrices' columns, without the padding.
  public let outputs: [Int]

  static let panelColumns = 32

  /// Room for weights of `inputs` rows and the columns `outputs`, or what a mapped arena holds
  /// there; `nil` where the arena is too small.
  public init?(in arena: Arena, format: NumberFormat, inputs: Int, outputs: [Int]) {
    self.arena = arena
    self.format = format
    self.inputs = inputs
    self.outputs = outputs
    let columns = outputs.reduce(0) { $0 + $1.roundedUp(to: PackedMatrix.panelColumns) }
    guard let panels = arena.allocate(columns * format.rowBytes(inputs)),
      let bias = arena.allocate(columns * 4)
    else { return nil }
    self.panels = panels
    self.bias = bias.assumingMemoryBound(to: Float.self)
    guard format == .int8 else {
      scales = nil
      sums = nil
      return
    }
    guard let scales = arena.allocate(columns * 4), let sums = arena.allocate(columns * 4) else {
      return nil
    }
    self.scales = scales.assumingMemoryBound(to: Float.self)
    self.sums = sums.assumingMemoryBound(to: Int32.self)
  }

  /// Columns with their padding.
  public var columns: Int { firstColumn(of: outputs.count) }

  /// Where joined matrix `part` begins.
  public func firstColumn(of part: Int) -> Int {
    outputs[..<part].reduce(0) { $0 + $1.roundedUp(to: PackedMatrix.panelColumns) }
  }

  /// The panels of the joined matrices `parts`.
  public func panels(of parts: Range<Int>) -> Range<Int> {
    let first = firstColumn(of: parts.lowerBound), last = firstColumn(of: parts.upperBound)
    return first / PackedMatrix.panelColumns..<last / PackedMatrix.panelColumns
  }

  var groups: Int { format.rowBytes(inputs) / 4 }

  /// Sets the bias of joined matrix `part`.
  public func setBias(_ values: Span<Float>, part: Int = 0) {
    precondition(!arena.isMapped && values.count == outputs[part], "bias does not fit")
    let first = bias + firstColumn(of: part)
    for i in values.indices { first[i] = values[i] }
  }

  /// Packs columns `32 · panel ..< 32 · (panel + 1)` of joined matrix `part`. Different panels may
  /// be packed by different threads.
  ///
  /// - Parameter weights: those columns one after the other, `inputs` floats each, as checkpoints
  ///   store them.
  public func pack(_ weights: Span<Float>, panel: Int, part: Int = 0, kernels: Kernels) {
    let count = min(PackedMatrix.panelColumns, outputs[part] - panel * PackedMatrix.panelColumns)
    precondition(!arena.isMapped && weights.count == count * inputs, "weights do not fit")
    precondition(kernels.multiplies(format), "no products of \(format)")
    let column = firstColumn(of: part) + panel * PackedMatrix.panelColumns
    let rowBytes = format.rowBytes(inputs)
    withUnsafeTemporaryAllocation(
      byteCount: PackedMatrix.panelColumns * rowBytes, alignment: Arena.alignment
    ) { scratch in
      weights.withUnsafeBufferPointer { weights in
        ck_matrix_kernels(kernels.cLevel).pointee.pack(
          format.cFormat, weights.baseAddress, count, inputs, groups, scratch.baseAddress,
          panels + column * rowBytes, scales.map { $0 + column }, sums.map { $0 + column })
      }
    }
  }
}

extension NumberFormat {
  var cFormat: ck_format { ck_format(rawValue: rawValue) }
}
