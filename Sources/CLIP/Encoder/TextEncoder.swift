import Kernels

/// The text encoder: a causal transformer read at the end-of-text token, which is the last row it
/// is given, because a causal row depends on nothing after it.
struct TextEncoder: Sendable {
  let sizes: CLIPConfiguration.Text
  let dimensions: Int
  let tokens: Tensor
  let positions: Matrix
  let format: NumberFormat
  let transformer: Transformer

  init(
    _ configuration: CLIPConfiguration, _ weights: TextWeights, format: NumberFormat,
    kernels: Kernels
  ) {
    sizes = configuration.text
    dimensions = configuration.dimensions
    tokens = weights.tokens
    positions = weights.positions
    self.format = kernels.rowFormat(for: format)
    transformer = Transformer(
      sizes: sizes.transformer, layers: weights.layers, outputNorm: weights.outputNorm,
      projection: weights.projection, isCausal: true, kernels: kernels)
  }

  /// Room for up to `texts` texts of `rows` tokens together, worked on by `shares` threads. Like an
  /// array, it must get its memory.
  func workspace(texts: Int, rows: Int, shares: Int) -> RunState {
    let limits = RunState.Limits(
      rows: rows, sequences: texts, length: sizes.positions, shares: shares)
    let capacity = RunState.capacity(sizes.transformer, dimensions: dimensions, limits: limits)
    guard let arena = Arena(capacity: capacity),
      let state = RunState(
        sizes.transformer, format: format, dimensions: dimensions, limits: limits, in: arena)
    else { preconditionFailure("no \(capacity) bytes of address space") }
    return state
  }

  /// The ids up to and with the one whose row is the embedding.
  func trimmed(_ ids: [Int32]) -> ArraySlice<Int32> {
    let end: Int?
    switch sizes.pooling {
    case .highestToken: end = ids.indices.max { (ids[$0], $1) < (ids[$1], $0) }
    case .token(let id): end = ids.firstIndex(of: Int32(id))
    }
    return ids[...(end ?? 0)]
  }

  /// Encodes sequences that ``trimmed(_:)`` returned: their unit vectors are the rows of
  /// `state.embeddings`.
  func encode(_ texts: [ArraySlice<Int32>], in state: RunState, share: Share) {
    let sequences = Sequences(lengths: texts.map(\.count))
    for index in share.part(of: texts.count) {
      let first = Int(sequences.starts[index])
      for (position, id) in texts[index].enumerated() {
        embed(Int(id), at: position, into: state.x, row: first + position)
      }
    }
    share.wait()
    let last = (0..<texts.count).map { Int(sequences.starts[$0 + 1]) - 1 }
    transformer.pool(state, sequences: sequences, at: last, share: share)
  }

  private func embed(_ id: Int, at position: Int, into x: Matrix, row: Int) {
    let width = x.columns
    x.withRow(row) { sums in
      tokens.copy(id * width..<(id + 1) * width, into: &sums)
      positions.withRow(position) { position in
        for i in sums.indices { sums[i] += position[i] }
      }
    }
  }
}
