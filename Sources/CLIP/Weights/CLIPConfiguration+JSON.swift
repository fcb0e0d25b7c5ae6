extension CLIPConfiguration {
  /// Largest size of anything: keeps products of sizes from a hostile file far from overflow.
  private static let largestSize = 1 << 20

  /// Reads a `config.json`. What it leaves out has the reference implementation's default;
  /// `text_config_dict` and `vision_config_dict` of old files win over their successors.
  ///
  /// - Throws: ``ModelError`` when it is not a CLIP model's or holds sizes that cannot be.
  public init(path: String) throws(ModelError) {
    let file = try decodeJSON(ConfigFile.self, at: path)
    guard file.modelType == "clip" else {
      throw .notCLIP(path: path, found: file.modelType.map { "\"\($0)\"" } ?? "none")
    }
    let check = Check(path: path)
    let text = file.oldText ?? file.text ?? TextSettings()
    let vision = file.oldVision ?? file.vision ?? VisionSettings()
    let vocabulary = try check.size(text.vocabulary ?? 49408, "text_config.vocab_size")
    self.text = Text(
      transformer: try check.transformer(
        text.layers, "text_config", width: 512, mlpWidth: 2048, layers: 12, heads: 8),
      vocabulary: vocabulary,
      positions: try check.size(text.positions ?? 77, "text_config.max_position_embeddings"),
      pooling: try check.pooling(text.endOfText ?? 49407, vocabulary: vocabulary))
    self.vision = Vision(
      transformer: try check.transformer(
        vision.layers, "vision_config", width: 768, mlpWidth: 3072, layers: 12, heads: 12),
      imageSize: try check.square(vision.imageSize ?? [224], "vision_config.image_size"),
      patchSize: try check.square(vision.patchSize ?? [32], "vision_config.patch_size"))
    dimensions = try check.size(file.dimensions ?? 512, "projection_dim")
    guard self.vision.patchSize <= self.vision.imageSize else {
      throw check.unsupported(
        "vision_config.patch_size", "at most image_size \(self.vision.imageSize)",
        "\(self.vision.patchSize)")
    }
    guard (vision.channels ?? 3) == 3 else {
      throw check.unsupported("vision_config.num_channels", "3", "\(vision.channels ?? 3)")
    }
  }

  /// Turns settings into sizes that hold, or names the one that does not.
  private struct Check {
    let path: String

    func unsupported(_ setting: String, _ expected: String, _ found: String) -> ModelError {
      .unsupported(path: path, setting: setting, expected: expected, found: found)
    }

    func size(_ value: Int, _ setting: String) throws(ModelError) -> Int {
      guard (1...largestSize).contains(value) else {
        throw unsupported(setting, "a size from 1 to \(largestSize)", "\(value)")
      }
      return value
    }

    func square(_ sides: [Int], _ setting: String) throws(ModelError) -> Int {
      guard let side = sides.first, sides.count <= 2, sides.allSatisfy({ $0 == side }) else {
        throw unsupported(setting, "one size or two equal ones", "\(sides)")
      }
      return try size(side, setting)
    }

    func pooling(_ id: Int, vocabulary: Int) throws(ModelError) -> Pooling {
      if id == 2 { return .highestToken }
      guard (0..<vocabulary).contains(id) else {
        throw unsupported(
          "text_config.eos_token_id", "an id inside the vocabulary of \(vocabulary)", "\(id)")
      }
      return .token(id)
    }

    func transformer(
      _ given: LayerSettings, _ section: String, width: Int, mlpWidth: Int, layers: Int, heads: Int
    ) throws(ModelError) -> Transformer {
      let width = try size(given.width ?? width, section + ".hidden_size")
      let heads = try size(given.heads ?? heads, section + ".num_attention_heads")
      guard width % heads == 0 else {
        throw unsupported(
          section + ".num_attention_heads", "a divisor of hidden_size \(width)", "\(heads)")
      }
      let name = given.activation ?? Activation.quickGELU.rawValue
      guard let activation = Activation(rawValue: name) else {
        throw unsupported(section + ".hidden_act", "quick_gelu or gelu", name)
      }
      let layers = given.layers ?? layers
      guard (1...1000).contains(layers) else {
        throw unsupported(section + ".num_hidden_layers", "1 to 1000", "\(layers)")
      }
      let epsilon = given.epsilon ?? 1e-5
      guard epsilon >= 0 else {
        throw unsupported(section + ".layer_norm_eps", "a number from 0", "\(epsilon)")
      }
      return Transformer(
        width: width,
        mlpWidth: try size(given.mlpWidth ?? mlpWidth, section + ".intermediate_size"),
        layers: layers, heads: heads, activation: activation,
        layerNormEpsilon: epsilon)
    }
  }
}

private struct ConfigFile: Decodable {
  var modelType: String?
  var dimensions: Int?
  var text: TextSettings?
  var vision: VisionSettings?
  var oldText: TextSettings?
  var oldVision: VisionSettings?

  enum CodingKeys: String, CodingKey {
    case modelType = "model_type"
    case dimensions = "projection_dim"
    case text = "text_config"
    case vision = "vision_config"
    case oldText = "text_config_dict"
    case oldVision = "vision_config_dict"
  }
}

private struct LayerSettings: Decodable {
  var width, mlpWidth, layers, heads: Int?
  var activation: String?
  var epsilon: Float?

  enum CodingKeys: String, CodingKey {
    case width = "hidden_size"
    case mlpWidth = "intermediate_size"
    case layers = "num_hidden_layers"
    case heads = "num_attention_heads"
    case activation = "hidden_act"
    case epsilon = "layer_norm_eps"
  }
}

private struct TextSettings: Decodable {
  var layers = LayerSettings()
  var vocabulary, positions, endOfText: Int?

  init() {}

  init(from decoder: any Decoder) throws {
    layers = try LayerSettings(from: decoder)
    let values = try decoder.container(keyedBy: CodingKeys.self)
    vocabulary = try values.decodeIfPresent(Int.self, forKey: .vocabulary)
    positions = try values.decodeIfPresent(Int.self, forKey: .positions)
    endOfText = try values.decodeIfPresent(Int.self, forKey: .endOfText)
  }

  enum CodingKeys: String, CodingKey {
    case vocabulary = "vocab_size"
    case positions = "max_position_embeddings"
    case endOfText = "eos_token_id"
  }
}

private struct VisionSettings: Decodable {
  var layers = LayerSettings()
  var imageSize, patchSize: [Int]?
  var channels: Int?

  init() {}

  init(from decoder: any Decoder) throws {
    layers = try LayerSettings(from: decoder)
    let values = try decoder.container(keyedBy: CodingKeys.self)
    imageSize = try values.sides(.imageSize)
    patchSize = try values.sides(.patchSize)
    channels = try values.decodeIfPresent(Int.self, forKey: .channels)
  }

  enum CodingKeys: String, CodingKey {
    case imageSize = "image_size"
    case patchSize = "patch_size"
    case channels = "num_channels"
  }
}

extension KeyedDecodingContainer where Key == VisionSettings.CodingKeys {
  /// One number or a list of them; `nil` when absent or null.
  fileprivate func sides(_ key: Key) throws -> [Int]? {
    if let list = try? decode([Int].self, forKey: key) { return list }
    return try decodeIfPresent(Int.self, forKey: key).map { [$0] }
  }
}
