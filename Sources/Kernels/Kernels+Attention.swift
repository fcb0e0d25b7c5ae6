internal import CKernels

/// Multi-head attention over sequences of rows (Vaswani et al. 2017): softmax(q · kᵀ · scale) · v.
public struct Attention: Sendable {
  /// Number of heads; each takes `columns / heads` columns.
  public var heads: Int
  /// Whether a row sees only itself and what comes before it.
  public var isCausal: Bool
  /// Format of the factors of both products: `float32` or ``Kernels/halfRows``. The softmax is
  /// float32.
  public var format: NumberFormat
  /// Rows of the queries: as many as of the keys, or the last few of each sequence.
  public var queries: Sequences
  /// Rows of keys and values.
  public var keys: Sequences

  /// Attention of `queries` to `keys`.
  public init(
    heads: Int, isCausal: Bool, format: NumberFormat = .float32, queries: Sequences,
    keys: Sequences
  ) {
    precondition(queries.count == keys.count, "queries and keys are of different sequences")
    precondition(format != .int8, "attention has no 8-bit products")
    self.format = format
    self.heads = heads
    self.isCausal = isCausal
    self.queries = queries
    self.keys = keys
  }

  /// Floats of scratch that a share needs for sequences of at most `keys` rows.
  public static func scratchCount(keys: Int, headColumns: Int) -> Int {
    ck_attention_scratch(keys, headColumns) / 4
  }
}

extension Kernels {
  /// The heads' weighted values, side by side in the columns of `out`.
  ///
  /// One head of one sequence is in scratch at a time, and of its scores one tile of rows.
  public func attend(
    _ attention: Attention, q: Matrix, k: Matrix, v: Matrix, into out: Matrix, scratch: Matrix,
    share: Share = .whole
  ) {
    precondition(out.rows == q.rows && out.columns == q.columns, "result does not fit")
    attend(
      attention, q: q, k: k, v: v, format: CK_F32, out: out.base, stride: out.stride * 4,
      scratch: scratch, share: share)
  }

  /// The same, rounded to the format of the next product, which is not `int8`.
  public func attend(
    _ attention: Attention, q: Matrix, k: Matrix, v: Matrix, into out: Operand, scratch: Matrix,
    share: Share = .whole
  ) {
    precondition(
      out.rows == q.rows && out.columns == q.columns && out.format != .int8, "result does not fit")
    attend(
      attention, q: q, k: k, v: v, format: out.format.cFormat, out: out.data, stride: out.stride,
      scratch: scratch, share: share)
  }

  private func attend(
    _ attention: Attention, q: Matrix, k: Matrix, v: Matrix, format: ck_format,
    out: UnsafeMutableRawPointer, stride: Int, scratch: Matrix, share: Share
  ) {
    let longest = (0..<attention.keys.count).map { attention.keys.length($0) }.max() ?? 0
    let headColumns = q.columns / attention.heads
    precondition(
      q.columns == headColumns * attention.heads && k.columns == q.columns
        && v.columns == q.columns && q.rows == attention.queries.rows
        && k.rows == attention.keys.rows && v.rows == k.rows, "factors do not fit each other")
    precondition(takes(attention.format), "no products of \(attention.format)")
    precondition(
      scratch.columns >= Attention.scratchCount(keys: longest, headColumns: headColumns),
      "scratch is too small")
    let work = share.part(of: attention.keys.count * attention.heads)
    attention.queries.starts.withUnsafeBufferPointer { queries in
      attention.keys.starts.withUnsafeBufferPointer { keys in
        var c = ck_attention(
          format: attention.format.cFormat, heads: attention.heads, head_columns: headColumns,
          scale: 1 / Float(headColumns).squareRoot(), causal: attention.isCausal ? 1 : 0,
          q: q.base, k: k.base, v: v.base, q_stride: q.stride * 4, k_stride: k.stride * 4,
          v_stride: v.stride * 4, queries: queries.baseAddress, keys: keys.baseAddress,
          out_format: format, out: out, out_stride: stride)
        transformer.attend(
          &c, scratch.base, work.lowerBound, work.upperBound)
      }
    }
  }
}
