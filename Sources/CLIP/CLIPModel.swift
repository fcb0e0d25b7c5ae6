import Foundation
public import Imaging
import Kernels
import Synchronization

/// A CLIP model: pictures and texts to unit vectors of one space, where the dot product says how
/// well they go together (Radford et al. 2021).
///
///     let model = try CLIPModel(directory: "fashion-clip")
///     let dress = try model.encode(texts: ["light red dress"])[0]
///     let pictures = model.encode(images: files)
///
/// A model may be used from any number of threads at once. Each call works on its caller's thread;
/// only a single picture or text is shared with a helper thread, if that is free.
public final class CLIPModel: Sendable {
  /// How the factors of matrix products are stored. Sums, and all that is between the products, are
  /// single precision in each.
  public enum Precision: String, Sendable, CaseIterable {
    /// Single precision: equal to the reference within 1e-5, of the same pixels.
    case f32
    /// 16 bits: cosine to the reference at least 0.9999 for half the memory. bfloat16, or half
    /// precision where the CPU multiplies that faster; about twice as fast where it multiplies
    /// either well, and not slower elsewhere.
    case bf16
    /// 8 bits with a scale per weight column and per row: cosine at least 0.999, three to four
    /// times as fast where the CPU has AVX-512 VNNI.
    case i8

    /// What a model is opened with unless told otherwise: the fastest of those that are as good as
    /// the reference for every use.
    public static let standard = Precision.bf16
  }

  /// Where packed weights are kept between runs.
  public enum WeightsCache: Sendable {
    /// The user's cache directory, for models whose packing takes long enough to notice.
    case automatic
    /// A directory of the caller's choice, for every model.
    case directory(String)
    /// Nowhere.
    case none
  }

  /// The model's sizes.
  public let configuration: CLIPConfiguration
  /// Identifies what the model computes; the same at every precision. See
  /// ``ModelDirectory/fingerprint()``.
  public let fingerprint: String
  /// The precision of the matrix products.
  public let precision: Precision
  /// Text to ids.
  public let tokenizer: Tokenizer
  /// What a dot product is multiplied with before the softmax over labels: e to the power of the
  /// checkpoint's `logit_scale`.
  public let logitScale: Float

  private let preprocessor: Preprocessor
  private let encoders: Encoders
  private let texts = Mutex(LRUCache<String, [Float]>(capacity: 1024))

  /// A text that is longer is hardly asked for again, and would take more memory than its vector.
  private static let longestRemembered = 1 << 10

  /// Weights below this many bytes are packed in less time than a file would be worth.
  private static let smallestCached = 64 << 20

  /// Loads the Hugging Face CLIP in `directory`.
  ///
  /// - Parameters:
  ///   - directory: `config.json`, the weights, and the files of the tokenizer and preprocessor.
  ///   - precision: `nil` takes ``Precision/standard``.
  ///   - cache: where packed weights are kept.
  ///   - threads: how many share a single picture or text; `nil` takes 2 where the machine has as
  ///     many cores.
  /// - Throws: ``ModelError``.
  public init(
    directory: String, precision: Precision? = nil, cache: WeightsCache = .automatic,
    threads: Int? = nil
  ) throws(ModelError) {
    let model = try ModelDirectory(path: directory)
    let precision = precision ?? .standard
    configuration = model.configuration
    fingerprint = try model.fingerprint()
    tokenizer = model.tokenizer
    self.precision = precision
    guard model.preprocessor.outputSize != nil else {
      throw .unsupported(
        path: directory + "/preprocessor_config.json", setting: "size of the output",
        expected: "a crop, or a height and a width", found: "neither")
    }
    preprocessor = Preprocessor(configuration: model.preprocessor)
    var scale: [Float] = [0]
    var span = scale.mutableSpan
    try model.weights.tensor("logit_scale", shape: []).copy(into: &span)
    logitScale = exp(scale[0])
    guard logitScale.isFinite, logitScale > 0 else {
      throw .malformed(
        path: directory, expected: "a logit_scale of which exp is a number above 0",
        found: "\(scale[0])")
    }
    let cacheDirectory: String? =
      switch cache {
      case .automatic:
        model.weights.byteCount < Self.smallestCached ? nil : PackedWeightsFile.standardDirectory
      case .directory(let path): path
      case .none: nil
      }
    let fingerprint = fingerprint
    encoders = try Encoders(
      model.configuration, weights: model.weights, precision: precision,
      threads: threads ?? min(2, ProcessInfo.processInfo.activeProcessorCount), kernels: .best,
      file: cacheDirectory.map {
        PackedWeightsFile(
          directory: $0, fingerprint: fingerprint, format: precision.format(.best))
      })
  }

  /// Length of the vectors.
  public var dimensions: Int { configuration.dimensions }

  /// Unit vectors of encoded pictures (the bytes of JPEG, PNG or WebP files), or why one could not
  /// be decoded.
  ///
  /// Works through the pictures in batches on the caller's thread; bulk callers give each core a
  /// call of 16 or more at a time. Memory does not grow with the number of pictures.
  public func encode(images: [[UInt8]]) -> [Result<[Float], ImagingError>] {
    encoders.encodeImages(images.count) {
      (index, pixels: inout MutableSpan<Float>) throws(ImagingError) in
      let image = try Image.decode(
        images[index], for: preprocessor.targetSide)
      preprocessor(image, into: &pixels)
    }
  }

  /// Unit vectors of texts; those of the last 1024 different texts of at most a
  /// kilobyte are remembered.
  ///
  /// Text beyond the model's context is ignored, as the reference does.
  public func encode(texts: [String]) -> [[Float]] {
    var vectors = known(texts)
    let missing = texts.indices.filter { vectors[$0] == nil }
    guard !missing.isEmpty else { return vectors.compactMap(\.self) }
    let found = encoders.encodeTexts(missing.map { tokenizer.encode(texts[$0]) })
    self.texts.withLock { cache in
      for (index, vector) in zip(missing, found) {
        vectors[index] = vector
        guard texts[index].utf8.count <= Self.longestRemembered else { continue }
        cache.insert(vector, for: texts[index])
      }
    }
    return vectors.compactMap(\.self)
  }

  /// The vectors of texts, if all of them are remembered.
  public func remembered(texts: [String]) -> [[Float]]? {
    let vectors = known(texts)
    return vectors.contains { $0 == nil } ? nil : vectors.compactMap(\.self)
  }

  private func known(_ texts: [String]) -> [[Float]?] {
    self.texts.withLock { cache in texts.map { cache.value(for: $0) } }
  }
}
