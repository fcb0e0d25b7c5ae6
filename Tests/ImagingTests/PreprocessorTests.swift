import Imaging
import Kernels
import Testing
import TestSupport

/// Goldens: `CLIPImageProcessorPil` of transformers on photo.png, by
/// `Tools/goldens/make_images.py`, with the same settings.
@Suite struct PreprocessorTests {
  static let configurations: [(name: String, configuration: PreprocessorConfiguration)] = [
    ("clip", .init(size: .shortestEdge(24), crop: .init(width: 24, height: 24))),
    ("squash", .init(size: .exactly(width: 28, height: 20), crop: nil)),
    ("padded", .init(size: .shortestEdge(9), crop: .init(width: 21, height: 12))),
    (
      "bilinear",
      .init(size: .shortestEdge(24), filter: .bilinear, crop: .init(width: 24, height: 24))
    ),
    (
      "lanczos",
      .init(size: .shortestEdge(24), filter: .lanczos, crop: .init(width: 24, height: 24))
    ),
    ("enlarged", .init(size: .exactly(width: 16, height: 70), crop: nil)),
    ("height-first", .init(size: .exactly(width: 50, height: 12), crop: nil)),
    ("unresized", .init(size: nil, crop: .init(width: 18, height: 17))),
    (
      "unscaled",
      .init(
        size: .shortestEdge(12), crop: .init(width: 12, height: 12), rescaleFactor: nil, mean: nil,
        deviation: nil)
    ),
  ]

  static let levels = Kernels.Level.allCases.filter { Kernels.named($0) != nil }

  static func preprocessed(
    _ image: Image, _ configuration: PreprocessorConfiguration, _ level: Kernels.Level
  ) throws -> [Float] {
    let kernels = try #require(Kernels.named(level))
    let preprocessor = Preprocessor(configuration: configuration, kernels: kernels)
    let size = preprocessor.outputSize(width: image.width, height: image.height)
    var out = [Float](repeating: .nan, count: 3 * size.width * size.height)
    var span = out.mutableSpan
    preprocessor(image, into: &span)
    return out
  }

  @Test(arguments: configurations.indices, levels)
  func `values equal the reference`(index: Int, level: Kernels.Level) throws {
    let (name, configuration) = Self.configurations[index]
    let image = try Image.decode(Fixtures.bytes("photo.png"))
    let values = try Self.preprocessed(image, configuration, level)
    #expect(values == (try Fixtures.floats("preprocessed/\(name).f32")), "\(name)")
  }

  /// All sizes from 1×1 up, larger and smaller than the target, in every instruction set.
  @Test func `instruction sets agree on every size`() throws {
    for seed in UInt64(0)..<150 {
      var random = SplitMix(seed: seed)
      let largest = seed % 10 == 0 ? 900 : 90
      let (width, height) = (
        Int.random(in: 1...largest, using: &random), Int.random(in: 1...largest, using: &random)
      )
      let pixels = (0..<3 * width * height).map { _ in UInt8.random(in: 0...255, using: &random) }
      let configuration = PreprocessorConfiguration(
        size: Bool.random(using: &random)
          ? .shortestEdge(Int.random(in: 1...40, using: &random))
          : .exactly(
            width: Int.random(in: 1...70, using: &random),
            height: Int.random(in: 1...70, using: &random)),
        filter: [.bilinear, .bicubic, .lanczos].randomElement(using: &random) ?? .bicubic,
        crop: .init(
          width: Int.random(in: 1...50, using: &random),
          height: Int.random(in: 1...50, using: &random)))
      let image = Image(width: width, height: height, pixels: pixels)
      let expected = try Self.preprocessed(image, configuration, .portable)
      #expect(!expected.contains { $0.isNaN }, "seed \(seed)")
      for level in Self.levels {
        #expect(
          try Self.preprocessed(image, configuration, level) == expected, "seed \(seed), \(level)")
      }
    }
  }

  @Test func `extreme proportions need no more memory than their crop`() throws {
    let image = Image(width: 1, height: 20_000, pixels: .init(repeating: 200, count: 60_000))
    let values = try Self.preprocessed(image, .init(), Kernels.best.level)
    #expect(values.count == 3 * 224 * 224)
    #expect(Set(values).count == 3)
  }
}
