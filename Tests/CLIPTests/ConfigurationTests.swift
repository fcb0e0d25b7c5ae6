import CLIP
import Foundation
import Imaging
import Testing
import TestSupport

@Suite struct ConfigurationTests {
  static func configuration(_ json: String) throws -> CLIPConfiguration {
    let directory = try TemporaryDirectory(["config.json": Data(json.utf8)])
    return try CLIPConfiguration(path: directory.path + "/config.json")
  }

  static func preprocessor(_ json: String) throws -> PreprocessorConfiguration {
    let directory = try TemporaryDirectory(["p.json": Data(json.utf8)])
    return try PreprocessorConfiguration(path: directory.path + "/p.json")
  }

  static func parameterCount(_ configuration: CLIPConfiguration) -> Int {
    configuration.tensors.reduce(0) { $0 + $1.shape.reduce(1, *) }
  }

  /// Defaults of transformers' CLIPConfig: ViT-B/32, 151,277,313 parameters.
  @Test func `an empty configuration is the published ViT-B-32`() throws {
    let b32 = try Self.configuration(#"{"model_type": "clip"}"#)
    #expect(Self.parameterCount(b32) == 151_277_313)
    #expect(b32.vision.positions == 50 && b32.text.positions == 77 && b32.dimensions == 512)
    #expect(b32.text.pooling == .token(49407))
    #expect(b32.text.transformer.activation == .quickGELU)
  }

  @Test func `large shapes are read`() throws {
    let l14 = try Self.configuration(
      """
      {"model_type": "clip", "projection_dim": 768,
       "text_config": {"hidden_size": 768, "intermediate_size": 3072, "num_attention_heads": 12,
                       "hidden_act": "gelu", "layer_norm_eps": 1e-6, "eos_token_id": 2},
       "vision_config": {"hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 24,
                         "num_attention_heads": 16, "patch_size": [14, 14], "image_size": 224}}
      """)
    #expect(Self.parameterCount(l14) == 427_616_513)
    #expect(l14.vision.positions == 257 && l14.vision.transformer.headWidth == 64)
    #expect(l14.text.pooling == .highestToken && l14.text.transformer.activation == .gelu)
    #expect(l14.text.transformer.layerNormEpsilon == 1e-6)
  }

  @Test func `settings of old files win`() throws {
    let old = try Self.configuration(
      """
      {"model_type": "clip", "text_config": {"num_hidden_layers": 3, "vocab_size": 100000},
       "text_config_dict": {"num_hidden_layers": 5}, "vision_config_dict": null,
       "vision_config": {"num_hidden_layers": 7}}
      """)
    #expect(old.text.transformer.layers == 5 && old.text.vocabulary == 49408)
    #expect(old.vision.transformer.layers == 7)
  }

  @Test(arguments: [
    (
      #"{"model_type": "siglip"}"#,
      "not a CLIP model: expected model_type \"clip\", found \"siglip\""
    ),
    ("{}", "found none"), ("", "invalid JSON"), ("[]", "expected valid settings"),
    (
      #"{"model_type": "clip", "text_config": {"hidden_act": "relu"}}"#,
      "text_config.hidden_act: expected quick_gelu or gelu, found relu"
    ),
    (
      #"{"model_type": "clip", "text_config": {"num_attention_heads": 7}}"#,
      "expected a divisor of hidden_size 512, found 7"
    ),
    (
      #"{"model_type": "clip", "text_config": {"vocab_size": 100}}"#,
      "expected an id inside the vocabulary of 100, found 49407"
    ),
    (
      #"{"model_type": "clip", "vision_config": {"hidden_size": 0}}"#,
      "vision_config.hidden_size: expected a size from 1 to 1048576, found 0"
    ),
    (
      #"{"model_type": "clip", "text_config": {"num_hidden_layers": 0}}"#,
      "text_config.num_hidden_layers: expected 1 to 1000, found 0"
    ),
    (
      #"{"model_type": "clip", "vision_config": {"num_hidden_layers": 1001}}"#,
      "vision_config.num_hidden_layers: expected 1 to 1000, found 1001"
    ),
    (
      #"{"model_type": "clip", "vision_config": {"layer_norm_eps": -1}}"#,
      "vision_config.layer_norm_eps: expected a number from 0, found -1.0"
    ),
    (
      #"{"model_type": "clip", "vision_config": {"image_size": [224, 196]}}"#,
      "expected one size or two equal ones, found [224, 196]"
    ),
    (
      #"{"model_type": "clip", "vision_config": {"patch_size": 300}}"#,
      "expected at most image_size 224, found 300"
    ),
    (#"{"model_type": "clip", "vision_config": {"num_channels": 4}}"#, "num_channels: expected 3"),
    (#"{"model_type": "clip", "projection_dim": "x"}"#, "projection_dim"),
  ])
  func `impossible settings are named`(json: String, words: String) {
    let error = #expect(throws: ModelError.self) { try Self.configuration(json) }
    #expect(error?.description.contains(words) == true, "\(error.map { "\($0)" } ?? "")")
  }

  @Test func `preprocessors old and new are read`() throws {
    #expect(try Self.preprocessor("{}") == .init())
    #expect(try Self.preprocessor(#"{"size": 224, "crop_size": 224, "resample": 3}"#) == .init())
    let squash = try Self.preprocessor(
      #"{"size": {"height": 80, "width": 64}, "do_center_crop": false, "resample": 2}"#)
    #expect(squash == .init(size: .exactly(width: 64, height: 80), filter: .bilinear, crop: nil))
    let bare = try Self.preprocessor(
      #"{"do_resize": false, "do_rescale": false, "do_normalize": false, "crop_size": {"height": 4, "width": 5}}"#
    )
    #expect(
      bare
        == .init(
          size: nil, crop: .init(width: 5, height: 4), rescaleFactor: nil, mean: nil, deviation: nil
        ))
  }

  @Test(arguments: [
    (#"{"size": {"longest_edge": 3}}"#, "size: expected shortest_edge, or height and width"),
    (#"{"size": 0}"#, "size: expected 1 to 10000 pixels, found 0"),
    (#"{"crop_size": {"height": 3}}"#, "crop_size: expected height and width"),
    (#"{"resample": 0}"#, "resample: expected 1 (lanczos), 2 (bilinear) or 3 (bicubic), found 0"),
    (#"{"image_std": [1, 0, 1]}"#, "no deviation of 0"), (#"{"image_mean": [1]}"#, "three numbers"),
  ])
  func `broken preprocessors are named`(json: String, words: String) {
    let error = #expect(throws: ModelError.self) { try Self.preprocessor(json) }
    #expect(error?.description.contains(words) == true, "\(error.map { "\($0)" } ?? "")")
  }
}
