public import Imaging

/// A Hugging Face CLIP on disk, checked: everything a model is made of, nothing computed yet.
///
/// It holds `config.json`, `model.safetensors` (or shards and their index),
/// `preprocessor_config.json`, and `tokenizer.json` or `vocab.json` with `merges.txt`.
public struct ModelDirectory: Sendable {
  /// Where it lies.
  public let path: String
  /// The model's sizes.
  public let configuration: CLIPConfiguration
  /// The mapped tensors; all that ``configuration`` asks for are there with the right shapes.
  public let weights: Weights
  /// Text to ids.
  public let tokenizer: Tokenizer
  /// How pictures become input.
  public let preprocessor: PreprocessorConfiguration

  /// Reads and checks the files in `path`.
  ///
  /// - Throws: ``ModelError`` at the first thing that is missing, broken or contradicts another.
  public init(path: String) throws(ModelError) {
    self.path = path
    configuration = try CLIPConfiguration(path: path + "/config.json")
    weights = try Weights(directory: path)
    for (name, shape) in configuration.tensors { _ = try weights.tensor(name, shape: shape) }
    tokenizer = try Tokenizer(directory: path, contextLength: configuration.text.positions)
    guard tokenizer.largestID < configuration.text.vocabulary else {
      throw .unsupported(
        path: path, setting: "tokenizer",
        expected: "ids inside the vocabulary of \(configuration.text.vocabulary)",
        found: "id \(tokenizer.largestID)")
    }
    preprocessor = try PreprocessorConfiguration(path: path + "/preprocessor_config.json")
    let (side, size) = (configuration.vision.imageSize, preprocessor.outputSize)
    guard size.map({ $0 == (side, side) }) ?? true else {
      throw .unsupported(
        path: path + "/preprocessor_config.json", setting: "size of the output",
        expected: "\(side)×\(side), the model's image_size",
        found: size.map { "\($0.width)×\($0.height)" } ?? "none")
    }
  }

  /// 32 hexadecimal digits that identify what the model computes: a hash over the bytes of the
  /// configuration, weights, tokenizer and preprocessor. Not cryptographic.
  ///
  /// - Complexity: reads every byte of the weights, on all cores; ViT-B/32 takes about 50 ms when
  ///   the file is in the page cache.
  public func fingerprint() throws(ModelError) -> String {
    var hash = FingerprintHash()
    hash.add("config", try MappedFile(path: path + "/config.json"))
    hash.add("preprocessor", try MappedFile(path: path + "/preprocessor_config.json"))
    for file in Tokenizer.paths(in: path) { hash.add("tokenizer", try MappedFile(path: file)) }
    for shard in weights.shards { hash.add("weights", shard.file) }
    return hash.hexadecimal
  }
}
