import CLIP
import Foundation
import Kernels
import Testing

/// Goldens: `Tools/goldens/make_goldens.py` makes the checkpoints in Fixtures with random weights
/// and takes the embeddings of Hugging Face transformers for them.
@Suite struct EncoderTests {
  struct Golden: Decodable {
    let imageVectors: [[Float]]
    let texts: [[Int32]]
    let textVectors: [[Float]]
  }

  static let fixtures = ["tiny-quick-gelu", "tiny-gelu"]

  static func directory(_ name: String) throws -> String {
    try #require(Bundle.module.resourceURL).appending(path: "Fixtures/\(name)").path
  }

  static func golden(_ name: String) throws -> Golden {
    let path = try directory(name) + "/golden.json"
    return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: URL(filePath: path)))
  }

  static func encoders(
    _ name: String, _ precision: CLIPModel.Precision, _ level: Kernels.Level, threads: Int = 1
  ) throws -> Encoders {
    let directory = try directory(name)
    return try Encoders(
      CLIPConfiguration(path: directory + "/config.json"),
      weights: Weights(directory: directory), precision: precision, threads: threads,
      productsToShare: 0, kernels: #require(Kernels.named(level)))
  }

  /// The pixels of golden image `index`, as the script computes them.
  static func pixels(_ index: Int, side: Int) -> [Float] {
    (0..<3 * side * side).map { i in
      Float((i * 7919 + index * 104_729 + i * i % 977) % 4001) / 1000 - 2
    }
  }

  static func imageVectors(_ encoders: Encoders, _ images: [Int]) -> [[Float]] {
    encoders.encodeImages(images.count) { (index, out: inout MutableSpan<Float>) in
      let pixels = pixels(images[index], side: encoders.configuration.vision.imageSize)
      for i in out.indices { out[i] = pixels[i] }
    }.map { $0.get() }
  }

  static func cosine(_ a: [Float], _ b: [Float]) -> Double {
    zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }

  static let levels = Kernels.Level.allCases.filter { Kernels.named($0) != nil }

  @Test(arguments: fixtures, levels)
  func `float32 vectors equal the reference`(name: String, level: Kernels.Level) throws {
    let golden = try Self.golden(name), encoders = try Self.encoders(name, .f32, level)
    let images = Self.imageVectors(encoders, Array(golden.imageVectors.indices))
    let texts = encoders.encodeTexts(golden.texts)
    for (vector, expected) in zip(images + texts, golden.imageVectors + golden.textVectors) {
      let worst = zip(vector, expected).map { abs($0 - $1) }.max() ?? 1
      #expect(vector.count == expected.count && worst <= 1e-5)
    }
    #expect(images.count == golden.imageVectors.count && texts.count == golden.texts.count)
  }

  /// Errors of 24 to 80 numbers average out less than those of 768: at the real size the
  /// tolerances are ten times as strict, and `Tools/goldens/parity` checks them.
  @Test(arguments: fixtures, levels)
  func `reduced precisions stay near the reference`(name: String, level: Kernels.Level) throws {
    let golden = try Self.golden(name)
    for (precision, limit) in [(CLIPModel.Precision.bf16, 0.9998), (.i8, 0.998)] {
      let encoders = try Self.encoders(name, precision, level)
      let images = Self.imageVectors(encoders, Array(golden.imageVectors.indices))
      let texts = encoders.encodeTexts(golden.texts)
      for (vector, expected) in zip(images + texts, golden.imageVectors + golden.textVectors) {
        let cosine = Self.cosine(vector, expected)
        #expect(cosine >= limit && cosine < 1.00001, "\(precision)")
      }
    }
  }

  @Test(arguments: CLIPModel.Precision.allCases)
  func `a team computes what one thread does`(precision: CLIPModel.Precision) throws {
    let one = try Self.encoders("tiny-quick-gelu", precision, Kernels.best.level)
    let three = try Self.encoders("tiny-quick-gelu", precision, Kernels.best.level, threads: 3)
    let golden = try Self.golden("tiny-quick-gelu")
    for image in 0..<3 {
      let alone = Self.imageVectors(one, [image])
      let together = Self.imageVectors(three, [image])
      #expect(alone == together)
    }
    for text in golden.texts {
      let alone = one.encodeTexts([text]), together = three.encodeTexts([text])
      #expect(alone == together)
    }
  }

  @Test func `callers may encode at once`() async throws {
    let encoders = try Self.encoders("tiny-gelu", .f32, Kernels.best.level, threads: 2)
    let golden = try Self.golden("tiny-gelu")
    let expected = encoders.encodeTexts(golden.texts)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for task in 0..<8 {
        group.addTask {
          for round in 0..<20 {
            let text = (task + round) % golden.texts.count
            let vectors = encoders.encodeTexts([golden.texts[text]])
            #expect(Self.cosine(vectors[0], expected[text]) > 0.999999)
          }
        }
      }
      try await group.waitForAll()
    }
  }

  @Test func `an image that cannot be loaded leaves the others alone`() throws {
    struct Unreadable: Error, Equatable { let index: Int }
    let encoders = try Self.encoders("tiny-gelu", .f32, Kernels.best.level)
    let results = encoders.encodeImages(70) {
      (index, out: inout MutableSpan<Float>) throws(Unreadable) in
      if index % 3 == 1 { throw Unreadable(index: index) }
      let pixels = Self.pixels(index % 5, side: 30)
      for i in out.indices { out[i] = pixels[i] }
    }
    let golden = try Self.golden("tiny-gelu")
    #expect(results.count == 70)
    for (index, result) in results.enumerated() {
      switch result {
      case .failure(let error): #expect(error == Unreadable(index: index) && index % 3 == 1)
      case .success(let vector):
        #expect(index % 3 != 1 && Self.cosine(vector, golden.imageVectors[index % 5]) > 0.9999)
      }
    }
  }

  @Test func `many texts keep their order across batches`() throws {
    let encoders = try Self.encoders("tiny-quick-gelu", .f32, Kernels.best.level)
    let golden = try Self.golden("tiny-quick-gelu")
    let texts = (0..<200).map { golden.texts[$0 * 5 % golden.texts.count] }
    let vectors = encoders.encodeTexts(texts)
    for (index, vector) in vectors.enumerated() {
      let expected = golden.textVectors[index * 5 % golden.texts.count]
      #expect(Self.cosine(vector, expected) > 0.9999)
    }
    #expect(vectors.count == 200)
  }
}
