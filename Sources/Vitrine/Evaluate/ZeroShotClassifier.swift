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
  ///   - logitScale: finite and above 0; `nil` takes the temperature the model was trained with.
  /// - Throws: ``VitrineError`` for fewer than two labels, repeated ones, a template without `{}`,
  ///   or a scale out of its bounds; what the embedder throws.
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
    let scale = logitScale ?? embedder.logitScale
    guard scale.isFinite, scale > 0 else {
      throw VitrineError.invalidArgument(
        "logit scale: expected a finite number above 0, found \(scale)")
    }
    self.labels = labels
    self.logitScale = scale
    dimensions = embedder.dimensions
    var vectors: [Float] = []
    for label in labels {
      try Task.checkCancellation()
      let prompts = templates.map { $0.replacingOccurrences(of: "{}", with: label) }
      var sum = [Float](repeating: 0, count: embedder.dimensions)
      for vector in try embedder.embed(texts: prompts) {
        VectorMath.add(vector, weight: 1, to: &sum)
      }
      vectors += VectorMath.normalized(sum) ?? sum
    }
    labelVectors = vectors
  }

  /// The `k` likeliest labels of a unit vector, best first.
  ///
  /// - Complexity: O(labels × dimensions + labels log labels).
  public func classify(_ vector: [Float], k: Int = 1) -> [Prediction] {
    let probabilities = softmax(vector)
    let order = labels.indices.sorted { probabilities[$0] > probabilities[$1] }
    return order.prefix(max(0, k)).map {
      Prediction(label: labels[$0], probability: probabilities[$0])
    }
  }

  /// Probabilities of all labels for a unit vector, in the order of ``labels``.
  func softmax(_ vector: [Float]) -> [Double] {
    let logits = similarities(vector).map { Double($0) * Double(logitScale) }
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
    return VectorMath.dots(vector, labelVectors)
  }
}
