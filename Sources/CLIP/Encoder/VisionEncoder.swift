import Kernels

/// The image encoder: a Vision Transformer (Dosovitskiy et al. 2021) read at its class token.
struct VisionEncoder: Sendable {
  let sizes: CLIPConfiguration.Vision
  let dimensions: Int
  let patchEmbedding: PackedMatrix
  let positions: Matrix
  let inputNorm: LayerNorm
  let format: NumberFormat
  let transformer: Transformer

  init(
    _ configuration: CLIPConfiguration, _ weights: VisionWeights, format: NumberFormat,
    kernels: Kernels
  ) {
    sizes = configuration.vision
    dimensions = configuration.dimensions
    patchEmbedding = weights.patchEmbedding
    positions = weights.positions
    inputNorm = weights.inputNorm
    self.format = kernels.rowFormat(for: format)
    transformer = Transformer(
      sizes: sizes.transformer, layers: weights.layers, outputNorm: weights.outputNorm,
      projection: weights.projection, isCausal: false, kernels: kernels)
  }

  /// Floats of an image: three planes of `imageSize` · `imageSize`.
  var pixelCount: Int { 3 * sizes.imageSize * sizes.imageSize }

  /// What one worker needs to encode up to `images` images at a time.
  struct Workspace: Sendable {
    let patches: Operand  // [images · positions, 3 · patch · patch]; class tokens' rows are zeros
    let pixels: Matrix  // [1, 3 · imageSize · imageSize]
    let state: RunState
    let images: Int
  }

  /// Room for `images` images, worked on by `shares` threads. Like an array, it must get its
  /// memory.
  func workspace(images: Int, shares: Int) -> Workspace {
    let columns = patchEmbedding.inputs, rows = images * sizes.positions
    let limits = RunState.Limits(
      rows: rows, sequences: images, length: sizes.positions, shares: shares, scratch: columns)
    let capacity =
      RunState.capacity(sizes.transformer, dimensions: dimensions, limits: limits)
      + 4 * (rows * (columns + 96) + pixelCount + 96)
    guard let arena = Arena(capacity: capacity),
      let patches = Operand(
        in: arena, format: patchEmbedding.format, rows: rows, columns: columns),
      let pixels = Matrix(in: arena, rows: 1, columns: pixelCount),
      let state = RunState(
        sizes.transformer, format: format, dimensions: dimensions, limits: limits,
        in: arena)
    else { preconditionFailure("no \(capacity) bytes of address space") }
    return Workspace(patches: patches, pixels: pixels, state: state, images: images)
  }

  /// Takes preprocessed pixels ([channel, y, x]) in as image `index` of the batch.
  func load(_ pixels: Span<Float>, as index: Int, in workspace: Workspace) {
    transformer.kernels.patches(
      of: pixels, side: sizes.imageSize, patch: sizes.patchSize, into: workspace.patches,
      row: index * sizes.positions + 1, scratch: workspace.state.scratch[0])
  }

  /// Encodes the first `count` images: their unit vectors are the rows of `state.embeddings`.
  func encode(_ count: Int, in workspace: Workspace, share: Share) {
    let state = workspace.state, length = sizes.positions
    let x = state.x[0..<count * length], kernels = transformer.kernels
    for row in share.part(of: x.rows) { x.copyRow(row, from: positions, row: row % length) }
    share.wait()
    kernels.multiply(
      workspace.patches[0..<x.rows], patchEmbedding, adding: x, into: x, share: share)
    share.wait()
    kernels.layerNorm(
      x, gain: inputNorm.gain, bias: inputNorm.bias, epsilon: inputNorm.epsilon, share: share)
    share.wait()
    let sequences = Sequences(lengths: (0..<count).map { _ in length })
    transformer.pool(
      state, sequences: sequences, at: (0..<count).map { $0 * length }, share: share)
  }
}
