import Kernels

/// A stack of pre-norm transformer layers (Vaswani et al. 2017), as CLIP's two encoders use it.
///
/// Every thread of a team calls ``pool(_:sequences:at:share:)`` with its own share.
struct Transformer: Sendable {
  let sizes: CLIPConfiguration.Transformer
  let layers: [LayerWeights]
  let outputNorm: LayerNorm
  let projection: PackedMatrix
  let isCausal: Bool
  let kernels: Kernels

  /// Takes the rows of `state.x` through all layers and leaves in `state.embeddings` the projection
  /// of one row per sequence, of length 1.
  ///
  /// In the last layer only keys and values need every row: the rest is done for the pooled rows
  /// alone, which changes nothing in the result.
  ///
  /// - Parameter pooled: the row of each sequence, counted in `state.x`. With a causal mask it is
  ///   the sequence's last row.
  func pool(_ state: RunState, sequences: Sequences, at pooled: [Int], share: Share) {
    let rows = 0..<sequences.rows
    let x = state.x[rows], input = state.input[rows], qkv = state.queryKeyValue[rows]
    for layer in layers.dropLast() {
      attend(layer, x, input, qkv, state, sequences, share)
      feedForward(layer, x, input, state, share)
    }
    guard let last = layers.last else { return }
    let result = attendPooled(last, x, input, qkv, state, sequences, pooled, share)
    feedForward(last, result, state.input[0..<pooled.count], state, share)
    project(result, state, share)
  }

  /// x += attention(norm(x))
  private func attend(
    _ layer: LayerWeights, _ x: Matrix, _ input: Operand, _ qkv: Matrix, _ state: RunState,
    _ sequences: Sequences, _ share: Share
  ) {
    normalise(x, layer.attentionNorm, input, share)
    kernels.multiply(input, layer.queryKeyValue, into: qkv, share: share)
    share.wait()
    let attention = Attention(
      heads: sizes.heads, isCausal: isCausal, format: attentionFormat(state), queries: sequences,
      keys: sequences)
    let q = part(0, of: qkv, layer)
    attend(attention, q, part(1, of: qkv, layer), part(2, of: qkv, layer), state, share)
    kernels.multiply(
      state.context[0..<x.rows], layer.attentionOutput, adding: x, into: x, share: share)
    share.wait()
  }

  /// The same for the pooled rows; returns them.
  private func attendPooled(
    _ layer: LayerWeights, _ x: Matrix, _ input: Operand, _ qkv: Matrix, _ state: RunState,
    _ sequences: Sequences, _ rows: [Int], _ share: Share
  ) -> Matrix {
    let some = 0..<rows.count
    let pooled = state.pooled[some], q = state.pooledQuery[some]
    normalise(x, layer.attentionNorm, input, share)
    kernels.multiply(
      input, layer.queryKeyValue, into: qkv, panels: layer.queryKeyValue.panels(of: 1..<3),
      share: share)
    for i in share.part(of: rows.count) { pooled.copyRow(i, from: x, row: rows[i]) }
    share.wait()
    normalise(pooled, layer.attentionNorm, input[some], share)
    kernels.multiply(
      input[some], layer.queryKeyValue, into: q, panels: layer.queryKeyValue.panels(of: 0..<1),
      share: share)
    share.wait()
    let attention = Attention(
      heads: sizes.heads, isCausal: isCausal, format: attentionFormat(state),
      queries: Sequences(lengths: rows.map { _ in 1 }), keys: sequences)
    attend(attention, q, part(1, of: qkv, layer), part(2, of: qkv, layer), state, share)
    kernels.multiply(
      state.context[some], layer.attentionOutput, adding: pooled, into: pooled, share: share)
    share.wait()
    return pooled
  }

  /// x += down(activation(up(norm(x))))
  private func feedForward(
    _ layer: LayerWeights, _ x: Matrix, _ input: Operand, _ state: RunState, _ share: Share
  ) {
    normalise(x, layer.mlpNorm, input, share)
    let hidden = state.hidden[0..<x.rows]
    let activation = sizes.activation.kernel
    if let staging = state.staging?[0..<x.rows].columns(0..<sizes.mlpWidth) {
      kernels.multiply(input, layer.up, activation: activation, into: staging, share: share)
      share.wait()
      kernels.convert(staging, into: hidden, share: share)
    } else {
      kernels.multiply(input, layer.up, activation: activation, into: hidden, share: share)
    }
    share.wait()
    kernels.multiply(hidden, layer.down, adding: x, into: x, share: share)
    share.wait()
  }

  /// embeddings = projection(norm(pooled)), of length 1
  private func project(_ pooled: Matrix, _ state: RunState, _ share: Share) {
    let input = state.pooledInput[0..<pooled.rows]
    normalise(pooled, outputNorm, input, share)
    let embeddings = state.embeddings[0..<pooled.rows]
    kernels.multiply(input, projection, into: embeddings, share: share)
    share.wait()
    kernels.normalise(embeddings[share.part(of: pooled.rows)])
    share.wait()
  }

  private func normalise(_ x: Matrix, _ norm: LayerNorm, _ out: Operand, _ share: Share) {
    kernels.layerNorm(
      x, gain: norm.gain, bias: norm.bias, epsilon: norm.epsilon, into: out, share: share)
    share.wait()
  }

  private func attend(
    _ attention: Attention, _ q: Matrix, _ k: Matrix, _ v: Matrix, _ state: RunState,
    _ share: Share
  ) {
    let context = state.context[0..<q.rows], scratch = state.scratch[share.index]
    if let staging = state.staging?[0..<q.rows].columns(0..<sizes.width) {
      kernels.attend(attention, q: q, k: k, v: v, into: staging, scratch: scratch, share: share)
      share.wait()
      kernels.convert(staging, into: context, share: share)
    } else {
      kernels.attend(attention, q: q, k: k, v: v, into: context, scratch: scratch, share: share)
    }
    share.wait()
  }

  /// 16 bits where that is both permitted and faster.
  private func attentionFormat(_ state: RunState) -> NumberFormat {
    state.input.format == .float32 ? .float32 : kernels.halfRows ?? .float32
  }

  /// Queries (0), keys (1) or values (2) among the columns of their joined product.
  private func part(_ index: Int, of product: Matrix, _ layer: LayerWeights) -> Matrix {
    let first = layer.queryKeyValue.firstColumn(of: index)
    return product.columns(first..<first + sizes.width)
  }
}

extension CLIPConfiguration.Activation {
  fileprivate var kernel: Activation {
    switch self {
    case .quickGELU: .quickGELU
    case .gelu: .gelu
    }
  }
}
