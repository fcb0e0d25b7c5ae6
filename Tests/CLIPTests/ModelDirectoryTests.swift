import CLIP
import Foundation
import Imaging
import Testing
import TestSupport

@Suite struct ModelDirectoryTests {
  static let config = """
    {"model_type": "clip", "projection_dim": 4,
     "text_config": {"hidden_size": 4, "intermediate_size": 8, "num_attention_heads": 2,
                     "num_hidden_layers": 1, "vocab_size": 813, "max_position_embeddings": 16,
                     "eos_token_id": 812},
     "vision_config": {"hidden_size": 6, "intermediate_size": 8, "num_attention_heads": 2,
                       "num_hidden_layers": 2, "image_size": 32, "patch_size": 8}}
    """
  static let preprocessor = #"{"size": {"height": 32, "width": 32}, "do_center_crop": false}"#

  /// A whole model of zeros, with the tensors that `change` leaves.
  static func model(
    _ change: (inout [(name: String, shape: [Int])]) -> Void = { _ in }
  ) throws -> TemporaryDirectory {
    let directory = TemporaryDirectory()
    try directory.write(config, to: "config.json")
    try directory.write(preprocessor, to: "preprocessor_config.json")
    for name in ["vocab.json", "merges.txt"] {
      try directory.write(TokenizerTests.fixture(name), to: name)
    }
    var tensors = try CLIPConfiguration(path: directory.path + "/config.json").tensors
    change(&tensors)
    var writer = SafetensorsWriter()
    for (name, shape) in tensors {
      writer.add(name, "F16", shape, Data(count: 2 * shape.reduce(1, *)))
    }
    try directory.write(writer.file(), to: "model.safetensors")
    return directory
  }

  static func problem(_ directory: TemporaryDirectory) -> String {
    do { _ = try ModelDirectory(path: directory.path) } catch {
      return "\(error)".replacing(directory.path, with: "DIR")
    }
    return ""
  }

  @Test func `a whole model opens`() throws {
    let directory = try Self.model { $0.append(("text_model.embeddings.position_ids", [1, 16])) }
    let model = try ModelDirectory(path: directory.path)
    #expect(try model.weights.tensor("logit_scale", shape: []).type == .float16)
    #expect(model.preprocessor.outputSize.map { [$0.width, $0.height] } == [32, 32])
    #expect(model.tokenizer.encode("red").count >= 3)
  }

  @Test func `what is missing or contradicts is named`() throws {
    let name = "vision_model.encoder.layers.1.mlp.fc2.weight"
    #expect(
      Self.problem(try Self.model { $0.removeAll { $0.name == name } })
        == "DIR/model.safetensors: tensor \(name) is missing; expected shape [6, 8]")
    let misshapen = try Self.model { tensors in
      if let i = tensors.firstIndex(where: { $0.name == name }) { tensors[i].shape = [8, 6] }
    }
    #expect(Self.problem(misshapen).hasSuffix("\(name): expected shape [6, 8], found [8, 6]"))
    for file in ["config.json", "preprocessor_config.json", "vocab.json", "model.safetensors"] {
      let directory = try Self.model()
      try FileManager.default.removeItem(atPath: directory.path + "/" + file)
      #expect(Self.problem(directory).contains("o"), "\(file)")
    }
    let size = try Self.model()
    try size.write("{}", to: "preprocessor_config.json")
    #expect(Self.problem(size).contains("expected 32×32, the model's image_size, found 224×224"))
    let vocabulary = try Self.model { _ in }
    try vocabulary.write(
      #"{"added_tokens_decoder": {"900": {"content": "<sku>", "special": false}}}"#,
      to: "tokenizer_config.json")
    #expect(Self.problem(vocabulary).contains("ids inside the vocabulary of 813, found id 813"))
  }

  @Test func `the fingerprint is of all files and of nothing else`() throws {
    let directory = try Self.model()
    func fingerprint() throws -> String { try ModelDirectory(path: directory.path).fingerprint() }
    let original = try fingerprint()
    #expect(original.count == 32 && original.allSatisfy(\.isHexDigit))
    try directory.write("other", to: "README.md")
    #expect(try fingerprint() == original)
    var seen: Set = [original]
    for name in ["config.json", "preprocessor_config.json", "merges.txt", "model.safetensors"] {
      let url = URL(filePath: directory.path + "/" + name)
      let bytes = try Data(contentsOf: url)
      var changed = bytes
      if name == "model.safetensors" {
        changed[changed.count - 1] ^= 1
      } else if name == "merges.txt" {
        changed.removeLast(20)
        changed = changed.prefix(through: changed.lastIndex(of: 10) ?? 0)
      } else {
        changed += Data(" ".utf8)
      }
      try changed.write(to: url)
      #expect(seen.insert(try fingerprint()).inserted, "\(name)")
      try bytes.write(to: url)
      #expect(try fingerprint() == original)
    }
  }

  /// Chunks of 4 MiB are hashed apart: a byte flipped or two chunks swapped must still show.
  @Test func `every chunk of large weights counts`() throws {
    func fingerprint(_ fill: (inout Data) -> Void) throws -> String {
      let directory = try Self.model()
      var data = Data(count: 10 << 20)
      fill(&data)
      var writer = SafetensorsWriter()
      let tensors = try CLIPConfiguration(path: directory.path + "/config.json").tensors
      for (name, shape) in tensors {
        writer.add(name, "F16", shape, Data(count: 2 * shape.reduce(1, *)))
      }
      writer.add("unused", "U8", [data.count], data)
      try directory.write(writer.file(), to: "model.safetensors")
      return try ModelDirectory(path: directory.path).fingerprint()
    }
    var seen: Set<String> = []
    #expect(seen.insert(try fingerprint { _ in }).inserted)
    for position in [0, 63, 64, 4 << 20, (10 << 20) - 1] {
      #expect(seen.insert(try fingerprint { $0[position] = 1 }).inserted, "\(position)")
    }
  }
}
