/// The sizes of a CLIP model: a Vision Transformer and a causal text transformer whose pooled
/// outputs are projected into one space (Radford et al. 2021, arXiv 2103.00020).
public struct CLIPConfiguration: Sendable, Equatable {
  /// The non-linearity between the two layers of an MLP block.
  public enum Activation: String, Sendable {
    /// x · sigmoid(1.702 x), which OpenAI trained with.
    case quickGELU = "quick_gelu"
    /// x · Φ(x), exact.
    case gelu
  }

  /// A stack of pre-norm transformer layers.
  public struct Transformer: Sendable, Equatable {
    /// Features of a token.
    public var width: Int
    /// Features between the two layers of an MLP block.
    public var mlpWidth: Int
    /// Number of layers.
    public var layers: Int
    /// Attention heads; they divide ``width``.
    public var heads: Int
    /// Non-linearity of the MLP blocks.
    public var activation: Activation
    /// Added to the variance in layer normalisations.
    public var layerNormEpsilon: Float

    /// Features of one attention head.
    public var headWidth: Int { width / heads }
    /// Multiplications that a token takes, attention aside.
    var productsPerToken: Int { layers * width * (4 * width + 2 * mlpWidth) }
  }

  /// Which position of a token sequence is its embedding.
  public enum Pooling: Sendable, Equatable {
    /// The first position of the largest id: how checkpoints older than the `eos_token_id` fix
    /// (which say 2) are read.
    case highestToken
    /// The first position of this id.
    case token(Int)
  }

  /// The image encoder.
  public struct Vision: Sendable, Equatable {
    /// Its layers.
    public var transformer: Transformer
    /// Side of the square input in pixels.
    public var imageSize: Int
    /// Side of a square patch in pixels.
    public var patchSize: Int

    /// Patches in an image: pixels beyond the last whole patch are not seen.
    public var patches: Int { (imageSize / patchSize) * (imageSize / patchSize) }
    /// Tokens of an image: the patches and the class token.
    public var positions: Int { patches + 1 }
  }

  /// The text encoder.
  public struct Text: Sendable, Equatable {
    /// Its layers.
    public var transformer: Transformer
    /// Number of token ids.
    public var vocabulary: Int
    /// Longest token sequence, with both marks.
    public var positions: Int
    /// Where the embedding is read.
    public var pooling: Pooling
  }

  /// The image encoder.
  public var vision: Vision
  /// The text encoder.
  public var text: Text
  /// Length of the embeddings.
  public var dimensions: Int
}

extension CLIPConfiguration {
  /// Every tensor a checkpoint of this configuration must hold: name and shape.
  public var tensors: [(name: String, shape: [Int])] {
    let patch = vision.patchSize
    var all: [(name: String, shape: [Int])] = [
      ("logit_scale", []),
      ("text_projection.weight", [dimensions, text.transformer.width]),
      ("visual_projection.weight", [dimensions, vision.transformer.width]),
      (
        "text_model.embeddings.token_embedding.weight",
        [text.vocabulary, text.transformer.width]
      ),
      (
        "text_model.embeddings.position_embedding.weight",
        [text.positions, text.transformer.width]
      ),
      ("vision_model.embeddings.class_embedding", [vision.transformer.width]),
      (
        "vision_model.embeddings.patch_embedding.weight",
        [vision.transformer.width, 3, patch, patch]
      ),
      (
        "vision_model.embeddings.position_embedding.weight",
        [vision.positions, vision.transformer.width]
      ),
    ]
    let (textWidth, visionWidth) = (text.transformer.width, vision.transformer.width)
    all += Self.affine("text_model.final_layer_norm", [textWidth])
    all += Self.affine("vision_model.pre_layrnorm", [visionWidth])
    all += Self.affine("vision_model.post_layernorm", [visionWidth])
    all += text.transformer.tensors(prefix: "text_model")
    all += vision.transformer.tensors(prefix: "vision_model")
    return all
  }

  fileprivate static func affine(_ name: String, _ shape: [Int]) -> [(name: String, shape: [Int])] {
    [(name + ".weight", shape), (name + ".bias", [shape[0]])]
  }
}

extension CLIPConfiguration.Transformer {
  func tensors(prefix: String) -> [(name: String, shape: [Int])] {
    (0..<layers).flatMap { layer in
      let layer = "\(prefix).encoder.layers.\(layer)."
      return [
        ("layer_norm1", [width]), ("layer_norm2", [width]),
        ("self_attn.q_proj", [width, width]), ("self_attn.k_proj", [width, width]),
        ("self_attn.v_proj", [width, width]), ("self_attn.out_proj", [width, width]),
        ("mlp.fc1", [mlpWidth, width]), ("mlp.fc2", [width, mlpWidth]),
      ].flatMap { CLIPConfiguration.affine(layer + $0.0, $0.1) }
    }
  }
}
