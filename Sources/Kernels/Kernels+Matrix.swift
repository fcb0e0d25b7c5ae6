internal import CKernels

/// What is applied to a product before it is stored.
public enum Activation: UInt32, Sendable {
  /// Nothing.
  case identity
  /// x · sigmoid(1.702 x).
  case quickGELU
  /// x · Φ(x), exact to about 1e-7.
  case gelu
}

extension Kernels {
  /// The format in which rows multiply weights of format `weights` fastest: their own, but floats
  /// with bfloat16 weights where the processor has no fast product of two bfloat16. The weights are
  /// then widened in registers, which saves memory traffic and rounds only one of the factors.
  public func rowFormat(for weights: NumberFormat) -> NumberFormat {
    weights == .bfloat16 && halfRows != .bfloat16 ? .float32 : weights
  }

  /// The format of 16 bits that rows of products and the factors of attention may have, if any.
  public var halfRows: NumberFormat? {
    switch ck_matrix_kernels(cLevel).pointee.half {
    case CK_BF16: .bfloat16
    case CK_F16: .float16
    default: nil
    }
  }

  /// The format of 16 bits in which weights are multiplied fastest.
  public var halfFormat: NumberFormat { halfRows ?? .bfloat16 }

  /// Whether there are products of weights of format `weights`.
  public func multiplies(_ weights: NumberFormat) -> Bool {
    weights != .float16 || halfRows == .float16
  }

  /// Whether rows of products may have format `rows`.
  func takes(_ rows: NumberFormat) -> Bool { rows == .float32 || rows == .int8 || rows == halfRows }

  /// `out = activation(a · weights + bias) + residual`, for the columns of `panels`.
  ///
  /// `out` and `residual` (which may be the same) are as wide as the packed weights; panels land in
  /// their own columns. Cost: 2 · rows · inputs · columns operations; memory traffic once per
  /// weight and block of rows.
  public func multiply(
    _ a: Operand, _ weights: PackedMatrix, activation: Activation = .identity,
    adding residual: Matrix? = nil, into out: Matrix, panels: Range<Int>? = nil,
    share: Share = .whole
  ) {
    precondition(
      out.rows == a.rows && out.stride >= (panels?.upperBound).map { $0 * 32 } ?? weights.columns,
      "result does not fit")
    precondition(residual.map { $0.rows == a.rows && $0.columns == out.columns } ?? true)
    var epilogue = ck_epilogue()
    epilogue.activation = ck_activation(rawValue: activation.rawValue)
    epilogue.out_format = CK_F32
    epilogue.residual = residual.map { UnsafePointer($0.base) }
    epilogue.residual_stride = (residual?.stride ?? 0) * 4
    epilogue.out = UnsafeMutableRawPointer(out.base)
    epilogue.out_stride = out.stride * 4
    multiply(a, weights, epilogue, panels, share)
  }

  /// `out = activation(a · weights + bias)`, rounded to the format of the next product, which is
  /// not `int8` (its rows can be scaled only when they are complete).
  public func multiply(
    _ a: Operand, _ weights: PackedMatrix, activation: Activation = .identity,
    into out: Operand, share: Share = .whole
  ) {
    precondition(
      out.rows == a.rows && out.format != .int8
        && out.stride >= weights.columns * out.format.elementBytes, "result does not fit")
    var epilogue = ck_epilogue()
    epilogue.activation = ck_activation(rawValue: activation.rawValue)
    epilogue.out_format = out.format.cFormat
    epilogue.out = out.data
    epilogue.out_stride = out.stride
    multiply(a, weights, epilogue, nil, share)
  }

  private func multiply(
    _ a: Operand, _ weights: PackedMatrix, _ epilogue: ck_epilogue, _ panels: Range<Int>?,
    _ share: Share
  ) {
    precondition(
      a.columns == weights.inputs
        && (a.format == weights.format || a.format == .float32 && weights.format == .bfloat16)
        && takes(a.format),
      "factors do not fit each other")
    let range = panels ?? 0..<weights.columns / PackedMatrix.panelColumns
    let mine = share.part(of: range.count)
    var left = a.c, right = weights.c, epilogue = epilogue
    ck_matrix_kernels(cLevel).pointee.multiply(
      &left, &right, &epilogue, range.lowerBound + mine.lowerBound,
      range.lowerBound + mine.upperBound)
  }
}

extension Operand {
  var c: ck_operand {
    ck_operand(
      format: format.cFormat, rows: rows, groups: format.rowBytes(columns) / 4, stride: stride,
      data: data, scales: scales, zeros: zeros)
  }
}

extension PackedMatrix {
  var c: ck_weights {
    ck_weights(
      format: format.cFormat, groups: groups, columns: columns, panels: UnsafeRawPointer(panels),
      bias: bias, scales: scales, sums: sums)
  }
}
