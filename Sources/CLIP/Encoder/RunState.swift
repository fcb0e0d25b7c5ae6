import Kernels

/// The activations of one worker: every buffer that a pass through a transformer needs, allocated
/// once for the largest batch.
struct RunState: Sendable {
  let x: Matrix  // [rows, width], the residual stream
  let input: Operand  // [rows, width], normalised: what the next matrix multiplies
  let queryKeyValue: Matrix  // [rows, 3 · width], each part padded to panels
  let context: Operand  // [rows, width], the heads' results
  let hidden: Operand  // [rows, mlpWidth]
  let staging: Matrix?  // [rows, mlpWidth], floats of rows to be scaled when complete (int8)
  let pooled: Matrix  // [sequences, width]
  let pooledQuery: Matrix  // [sequences, width]
  let pooledInput: Operand  // [sequences, width], float32 for the projection
  let embeddings: Matrix  // [sequences, dimensions]
  let scratch: [Matrix]  // a row of floats per share

  /// How large a batch may be.
  struct Limits: Sendable {
    /// Rows of all sequences together.
    var rows: Int
    /// How many sequences.
    var sequences: Int
    /// Rows of the longest.
    var length: Int
    /// Threads that share a batch.
    var shares: Int
    /// Floats of scratch that a share needs for something else than attention.
    var scratch = 0
  }

  /// Buffers for batches within `limits`; `nil` where the arena is too small.
  init?(
    _ sizes: CLIPConfiguration.Transformer, format: NumberFormat, dimensions: Int, limits: Limits,
    in arena: Arena
  ) {
    let (rows, sequences) = (limits.rows, limits.sequences)
    let width = sizes.width, panelWidth = (width + 31) / 32 * 32
    let scratchCount = max(
      limits.scratch,
      Attention.scratchCount(keys: limits.length, headColumns: sizes.headWidth))
    let scratch = (0..<limits.shares).compactMap { _ in
      Matrix(in: arena, rows: 1, columns: scratchCount)
    }
    guard let x = Matrix(in: arena, rows: rows, columns: width),
      let input = Operand(in: arena, format: format, rows: rows, columns: width),
      let queryKeyValue = Matrix(in: arena, rows: rows, columns: 3 * panelWidth),
      let context = Operand(in: arena, format: format, rows: rows, columns: width),
      let hidden = Operand(in: arena, format: format, rows: rows, columns: sizes.mlpWidth),
      let pooled = Matrix(in: arena, rows: sequences, columns: width),
      let pooledQuery = Matrix(in: arena, rows: sequences, columns: width),
      let pooledInput = Operand(in: arena, format: .float32, rows: sequences, columns: width),
      let embeddings = Matrix(in: arena, rows: sequences, columns: dimensions),
      scratch.count == limits.shares
    else { return nil }
    staging =
      format == .int8
      ? Matrix(in: arena, rows: rows, columns: max(width, sizes.mlpWidth)) : nil
    self.x = x
    self.input = input
    self.queryKeyValue = queryKeyValue
    self.context = context
    self.hidden = hidden
    self.pooled = pooled
    self.pooledQuery = pooledQuery
    self.pooledInput = pooledInput
    self.embeddings = embeddings
    self.scratch = scratch
  }

  /// Address space for such buffers.
  static func capacity(
    _ sizes: CLIPConfiguration.Transformer, dimensions: Int, limits: Limits
  ) -> Int {
    let rowFloats = 8 * (sizes.width + 96) + 2 * (sizes.mlpWidth + 96)
    let sequenceFloats = 3 * (sizes.width + 96) + dimensions + 96
    let attention = Attention.scratchCount(keys: limits.length, headColumns: sizes.headWidth)
    let scratchFloats = max(limits.scratch, attention) + 96
    let floats =
      limits.rows * rowFloats + limits.sequences * sequenceFloats + limits.shares * scratchFloats
    return 4 * floats + (1 << 16)
  }
}
