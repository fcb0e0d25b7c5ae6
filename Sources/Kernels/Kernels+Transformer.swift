internal import CKernels

/// Which rows belong to which sequence: the rows of all sequences lie one after the other.
public struct Sequences: Sendable {
  /// First row of each sequence, and the row after the last.
  public let starts: [Int32]

  /// Sequences of these lengths.
  public init(lengths: [Int]) {
    var starts: [Int32] = [0]
    starts.reserveCapacity(lengths.count + 1)
    for length in lengths { starts.append(starts[starts.count - 1] + Int32(length)) }
    self.starts = starts
  }

  /// How many sequences there are.
  public var count: Int { starts.count - 1 }
  /// Rows of all of them.
  public var rows: Int { Int(starts[count]) }
  /// Length of sequence `index`.
  public func length(_ index: Int) -> Int { Int(starts[index + 1] - starts[index]) }
}

extension Kernels {
  /// Rounds the rows of `x` to the format of `out`.
  public func convert(_ x: Matrix, into out: Operand, share: Share = .whole) {
    precondition(x.rows == out.rows && x.columns == out.columns, "operand does not fit")
    let rows = share.part(of: x.rows)
    var operand = out.c
    transformer.convert(x.base, x.stride * 4, x.columns, &operand, rows.lowerBound, rows.upperBound)
  }

  /// Layer normalisation (Ba, Kiros and Hinton 2016) of every row of `x`, in the format of `out`.
  public func layerNorm(
    _ x: Matrix, gain: Matrix, bias: Matrix, epsilon: Float, into out: Operand,
    share: Share = .whole
  ) {
    precondition(x.rows == out.rows && x.columns == out.columns, "operand does not fit")
    precondition(gain.columns == x.columns && bias.columns == x.columns, "gain or bias do not fit")
    let rows = share.part(of: x.rows)
    var operand = out.c
    transformer.layer_norm(
      x.base, x.stride * 4, x.columns, gain.base, bias.base, epsilon, &operand, rows.lowerBound,
      rows.upperBound)
  }

  /// Layer normalisation of every row of `x`, in place.
  public func layerNorm(
    _ x: Matrix, gain: Matrix, bias: Matrix, epsilon: Float, share: Share = .whole
  ) {
    precondition(gain.columns == x.columns && bias.columns == x.columns, "gain or bias do not fit")
    let rows = share.part(of: x.rows)
    var operand = ck_operand(
      format: CK_F32, rows: x.rows, groups: 0, stride: x.stride * 4, data: x.base, scales: nil,
      zeros: nil)
    transformer.layer_norm(
      x.base, x.stride * 4, x.columns, gain.base, bias.base, epsilon, &operand, rows.lowerBound,
      rows.upperBound)
  }

  /// One row of `out` per patch of an image, in rows from `row` on: channels, then lines, then
  /// pixels, as a convolution's weights have them.
  ///
  /// - Parameters:
  ///   - pixels: planes of `side` · `side` floats.
  ///   - scratch: a row of at least `out.columns` floats for this share.
  public func patches(
    of pixels: Span<Float>, side: Int, patch: Int, into out: Operand, row: Int, scratch: Matrix
  ) {
    let channels = pixels.count / (side * side), grid = side / patch
    precondition(
      pixels.count == channels * side * side && out.columns == channels * patch * patch
        && row + grid * grid <= out.rows && scratch.stride >= out.columns.roundedUp(to: 16),
      "patches do not fit")
    var operand = out.c
    pixels.withUnsafeBufferPointer { pixels in
      var image = ck_image(
        channels: channels, side: side, patch: patch, grid: grid, pixels: pixels.baseAddress)
      transformer.patches(&image, &operand, row, scratch.base, 0, grid * grid)
    }
  }

  /// Scales every row to length 1.
  public func normalise(_ x: Matrix) {
    transformer.normalise(x.base, x.stride * 4, x.columns, x.rows)
  }

  var transformer: ck_transformer { ck_transformer_kernels(cLevel).pointee }
}
