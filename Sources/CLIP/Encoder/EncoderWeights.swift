import Kernels

/// Gain and bias of a layer normalisation.
struct LayerNorm {
  let gain: Matrix
  let bias: Matrix
  let epsilon: Float
}

/// One layer: attention, then two linear layers with a non-linearity between, each around a
/// residual and after a normalisation.
struct LayerWeights {
  let attentionNorm: LayerNorm
  let queryKeyValue: PackedMatrix  // [width, 3 · width]
  let attentionOutput: PackedMatrix  // [width, width]
  let mlpNorm: LayerNorm
  let up: PackedMatrix  // [width, mlpWidth]
  let down: PackedMatrix  // [mlpWidth, width]

  init(
    _ prefix: String, _ sizes: CLIPConfiguration.Transformer, _ packer: inout WeightPacker
  ) throws(ModelError) {
    let (width, mlpWidth, epsilon) = (sizes.width, sizes.mlpWidth, sizes.layerNormEpsilon)
    attentionNorm = try packer.norm(prefix + "layer_norm1", width: width, epsilon: epsilon)
    queryKeyValue = try packer.linear(
      ["q_proj", "k_proj", "v_proj"].map { "\(prefix)self_attn.\($0)" }, inputs: width,
      outputs: width)
    attentionOutput = try packer.linear(
      [prefix + "self_attn.out_proj"], inputs: width, outputs: width)
    mlpNorm = try packer.norm(prefix + "layer_norm2", width: width, epsilon: epsilon)
    up = try packer.linear([prefix + "mlp.fc1"], inputs: width, outputs: mlpWidth)
    down = try packer.linear([prefix + "mlp.fc2"], inputs: mlpWidth, outputs: width)
  }
}

/// The image encoder's weights.
struct VisionWeights {
  /// [3 · patch · patch, width], no bias. Neighboring pixels are alike, so that rounding errors
  /// add up here instead of averaging out: it is float32 at every precision, but that halves do.
  let patchEmbedding: PackedMatrix
  let positions: Matrix  // [positions, width]; the first row includes the class token
  let inputNorm: LayerNorm
  let layers: [LayerWeights]
  let outputNorm: LayerNorm
  let projection: PackedMatrix  // [width, dimensions], no bias

  init(
    _ configuration: CLIPConfiguration, _ packer: inout WeightPacker
  ) throws(ModelError) {
    let vision = configuration.vision, sizes = vision.transformer
    let (width, patch) = (sizes.width, vision.patchSize)
    patchEmbedding = try packer.linear(
      ["vision_model.embeddings.patch_embedding"], inputs: 3 * patch * patch, outputs: width,
      hasBias: false, format: packer.format == .float16 ? .float16 : .float32,
      shape: [width, 3, patch, patch])
    positions = try packer.table(
      "vision_model.embeddings.position_embedding.weight", shape: [vision.positions, width])
    let classToken = try packer.table("vision_model.embeddings.class_embedding", shape: [width])
    if !packer.arena.isMapped { positions.add(classToken, toRow: 0) }
    inputNorm = try packer.norm(
      "vision_model.pre_layrnorm", width: width, epsilon: sizes.layerNormEpsilon)
    layers = try LayerWeights.stack("vision_model", sizes, &packer)
    outputNorm = try packer.norm(
      "vision_model.post_layernorm", width: width, epsilon: sizes.layerNormEpsilon)
    projection = try packer.linear(
      ["visual_projection"], inputs: width, outputs: configuration.dimensions, hasBias: false,
      format: .float32)
  }
}

/// The text encoder's weights.
struct TextWeights {
  let tokens: Tensor  // [vocabulary, width], read from the checkpoint row by row
  let positions: Matrix  // [positions, width]
  let layers: [LayerWeights]
  let outputNorm: LayerNorm
  let projection: PackedMatrix  // [width, dimensions], no bias

  init(
    _ configuration: CLIPConfiguration, _ packer: inout WeightPacker
  ) throws(ModelError) {
    let text = configuration.text, sizes = text.transformer
    let width = sizes.width
    tokens = try packer.weights.tensor(
      "text_model.embeddings.token_embedding.weight", shape: [text.vocabulary, width])
    positions = try packer.table(
      "text_model.embeddings.position_embedding.weight", shape: [text.positions, width])
    layers = try LayerWeights.stack("text_model", sizes, &packer)
    outputNorm = try packer.norm(
      "text_model.final_layer_norm", width: width, epsilon: sizes.layerNormEpsilon)
    projection = try packer.linear(
      ["text_projection"], inputs: width, outputs: configuration.dimensions, hasBias: false,
      format: .float32)
  }
}

extension LayerWeights {
  fileprivate static func stack(
    _ prefix: String, _ sizes: CLIPConfiguration.Transformer, _ packer: inout WeightPacker
  ) throws(ModelError) -> [LayerWeights] {
    var layers: [LayerWeights] = []
    for layer in 0..<sizes.layers {
      layers.append(try LayerWeights("\(prefix).encoder.layers.\(layer).", sizes, &packer))
    }
    return layers
  }
}

extension Matrix {
  /// Adds the first row of `other` to row `row`.
  func add(_ other: Matrix, toRow row: Int) {
    other.withRow(0) { other in
      withRow(row) { sums in for i in sums.indices { sums[i] += other[i] } }
    }
  }
}
