import Foundation

/// Sorts images into labels that the model was never trained to tell apart, by asking which
/// label's description lies nearest (Radford et al. 2021, §3.1).
///
/// Each label is written into every prompt template; the unit vectors of the prompts are averaged
/// and normalised again. A value: make it once, use it from any thread.
public struct ZeroShotClassifier: Sendable {
  /// The labels, in the order given.
  public let labels: [String]
  /// Sharpness of the probabilities: cosines are multiplied by it before the softmax.
  public private(set) var logitScale: Float
  /// One unit vector a label: [labels, dimensions], row-major.
  private let labelVectors: [Float]
  private let dimensions: Int

  /// One label and how likely it is.
  public struct Prediction: Sendable, Equatable, Codable {
    /// The label.
    public let label: String
    /// Softmax over all labels, 0 to 1.
    public let probability: Double
  }

  /// Encodes the labels.
  ///
  /// - Parameters:
  ///   - labels: what to tell apart; at least two different ones.
  ///   - templates: prompts in which `{}` stands for the label.
  ///   - embedder: the model whose image vectors will be classified.
  ///   - logitScale: `nil` takes the temperature the model was trained with.
  /// - Throws: ``VitrineError`` for fewer than two labels, repeated ones, or a template without
  ///   `{}`; what the embedder throws.
  /// - Complexity: labels × templates text embeddings.
  public init(
    labels: [String], templates: [String] = ["a photo of {}"], embedder: any Embedder,
    logitScale: Float? = nil
  ) throws {
    guard labels.count > 1, Set(labels).count == labels.count else {
      throw VitrineError.invalidArgument(
        "labels: expected at least two different ones, found \(labels.count) "
          + "with \(Set(labels).count) different")
    }
    guard !templates.isEmpty, templates.allSatisfy({ $0.contains("{}") }) else {
      throw VitrineError.invalidArgument(
        "template: expected {} where the label goes, found \"\(templates.first ?? "")\"")
    }
    self.labels = labels
    self.logitScale = logitScale ?? embedder.logitScale
    dimensions = embedder.dimensions
    var vectors: [Float] = []
    for label in labels {
      let prompts = templates.map { $0.replacingOccurrences(of: "{}", with: label) }
      vectors += mean(of: try embedder.embed(texts: prompts))
    }
    labelVectors = vectors
  }

  /// The position of the likeliest label of a unit vector.
  ///
  /// - Complexity: O(labels × dimensions).
  public func predict(_ vector: [Float]) -> Int {
    let scores = similarities(vector)
    return scores.indices.max { scores[$0] < scores[$1] } ?? 0
  }

  /// The `k` likeliest labels of a unit vector, best first.
  ///
  /// - Complexity: O(labels × dimensions + labels log labels).
  public func classify(_ vector: [Float], k: Int = 1) -> [Prediction] {
    let probabilities = softmax(vector)
    return labels.indices.sorted { probabilities[$0] > probabilities[$1] }.prefix(k).map {
      Prediction(label: labels[$0], probability: probabilities[$0])
    }
  }

  /// Probabilities of all labels for a unit vector, in the order of ``labels``.
  func softmax(_ vector: [Float]) -> [Double] {
    let logits = similarities(vector).map { Double($0 * logitScale) }
    let highest = logits.max() ?? 0
    let weights = logits.map { exp($0 - highest) }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }

  /// The same labels with other probabilities.
  func with(logitScale: Float) -> ZeroShotClassifier {
    var copy = self
    copy.logitScale = logitScale
    return copy
  }

  /// Cosines with the labels, in their order.
  func similarities(_ vector: [Float]) -> [Float] {
    precondition(vector.count == dimensions, "a vector of the same model")
    return labels.indices.map {
      dot(vector.span, labelVectors.span.extracting($0 * dimensions..<($0 + 1) * dimensions))
    }
  }
}

/// The unit vector along the mean of unit vectors.
func mean(of vectors: [[Float]]) -> [Float] {
  guard var sum = vectors.first else { return [] }
  for vector in vectors.dropFirst() {
    for i in sum.indices { sum[i] += vector[i] }
  }
  let length = dot(sum.span, sum.span).squareRoot()
  return length > 0 ? sum.map { $0 / length } : sum
}

/// Inner product of two vectors of equal length, for the few places outside the index that need one.
func dot(_ a: Span<Float>, _ b: Span<Float>) -> Float {
  var lanes = SIMD8<Float>.zero
  var i = 0
  while i + 8 <= a.count {
    var x = SIMD8<Float>.zero
    var y = SIMD8<Float>.zero
    for lane in 0..<8 {
      x[lane] = a[i + lane]
      y[lane] = b[i + lane]
    }
    lanes += x * y
    i += 8
  }
  var sum = lanes.sum()
  while i < a.count {
    sum += a[i] * b[i]
    i += 1
  }
  return sum
}
