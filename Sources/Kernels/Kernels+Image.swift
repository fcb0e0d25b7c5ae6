internal import CKernels

/// How each position of an output axis is a weighted sum of neighbors on the input axis.
public struct Resampling: Sendable, Equatable {
  /// Fraction bits of a weight.
  public static let weightBits = Int(CK_WEIGHT_BITS)

  /// Length of the input axis.
  public let inputs: Int
  /// Neighbors of an output, the same number for all.
  public let taps: Int
  /// The first neighbor of each output.
  public let first: [Int32]
  /// Fixed-point weights, ``taps`` for each output.
  public let weights: [Int32]

  /// Number of outputs.
  public var outputs: Int { first.count }

  /// - Precondition: neighbors lie inside the input; there are `taps` weights for each output.
  public init(inputs: Int, taps: Int, first: [Int32], weights: [Int32]) {
    precondition(taps > 0 && weights.count == taps * first.count)
    precondition(first.allSatisfy { $0 >= 0 && Int($0) + taps <= inputs })
    self.inputs = inputs
    self.taps = taps
    self.first = first
    self.weights = weights
  }

  fileprivate func withC(_ body: (inout ck_resampling) -> Void) {
    first.withUnsafeBufferPointer { first in
      weights.withUnsafeBufferPointer { weights in
        var c = ck_resampling(
          outputs: first.count, taps: taps, first: first.baseAddress, weights: weights.baseAddress)
        body(&c)
      }
    }
  }
}

extension Kernels {
  /// Resamples `rows` rows of RGB pixels along x, each to `3 · plan.outputs` bytes of `out`.
  ///
  /// Exact: all levels write the same bytes. Safe on any thread.
  ///
  /// - Parameters:
  ///   - source: from the first input of the first row on; each row has `3 · plan.inputs` bytes.
  ///   - stride: bytes from one row to the next.
  public func resampleColumns(
    _ source: Span<UInt8>, stride: Int, rows: Int, by plan: Resampling,
    into out: inout MutableSpan<UInt8>
  ) {
    precondition(rows > 0 && stride >= 3 * plan.inputs)
    precondition(source.count >= (rows - 1) * stride + 3 * plan.inputs)
    precondition(out.count >= 3 * rows * plan.outputs)
    let level = cLevel
    let count = source.count
    source.withUnsafeBufferPointer { source in
      out.withUnsafeMutableBufferPointer { out in
        guard let source = source.baseAddress, let out = out.baseAddress else { return }
        let end = source + count
        plan.withC { ck_resample_columns(level, source, stride, end, rows, &$0, out) }
      }
    }
  }

  /// Looks the bytes of RGB pixels up in `values`, 256 for each colour, and writes what it has for
  /// them to `out` from `first` on: red there, green and blue each `plane` floats further.
  public func separateColours(
    _ pixels: Span<UInt8>, values: Span<Float>, into out: inout MutableSpan<Float>, from first: Int,
    plane: Int
  ) {
    let count = pixels.count / 3
    precondition(values.count == 3 * 256 && first >= 0 && plane >= 0)
    precondition(first + 2 * plane + count <= out.count)
    pixels.withUnsafeBufferPointer { pixels in
      values.withUnsafeBufferPointer { values in
        out.withUnsafeMutableBufferPointer { out in
          guard let pixels = pixels.baseAddress, let out = out.baseAddress else { return }
          ck_separate_colours(pixels, count, values.baseAddress, out + first, plane)
        }
      }
    }
  }

  /// Resamples rows of `rowBytes` bytes along y: output row i is at `i · rowBytes` of `out`.
  ///
  /// - Parameter source: `plan.inputs` rows.
  public func resampleRows(
    _ source: Span<UInt8>, rowBytes: Int, by plan: Resampling, into out: inout MutableSpan<UInt8>
  ) {
    precondition(source.count >= plan.inputs * rowBytes && out.count >= plan.outputs * rowBytes)
    let level = cLevel
    source.withUnsafeBufferPointer { source in
      out.withUnsafeMutableBufferPointer { out in
        guard let source = source.baseAddress, let out = out.baseAddress else { return }
        plan.withC { ck_resample_rows(level, source, rowBytes, &$0, out) }
      }
    }
  }
}
