/// How well a model sorts products into labels it was never trained to tell apart.
public struct ZeroShotEvaluation: Sendable, Codable {
  /// The attribute that holds the truth.
  public let attribute: String
  /// How many products have it, and one of the labels.
  public let examples: Int
  /// The share of right answers.
  public let accuracy: Double
  /// F1 weighted by support, the figure of the FashionCLIP paper.
  public let weightedF1: Double
  /// F1 with every label counting the same.
  public let macroF1: Double
  /// Mean gap between confidence and accuracy over ten bins of confidence, 0 when the
  /// probabilities mean what they say (Guo et al. 2017).
  public let calibrationError: Double
  /// Scores of each label.
  public let labels: [ConfusionMatrix.LabelScore]
  /// Rows truth, columns prediction, in the order of ``labels``.
  public let confusion: [[Int]]
  /// Weighted F1 within each value of the slicing attributes, worst first.
  public let slices: [EvaluationSlice]

  private enum CodingKeys: String, CodingKey {
    case attribute, examples, accuracy, labels, confusion, slices
    case weightedF1 = "weighted_f1"
    case macroF1 = "macro_f1"
    case calibrationError = "calibration_error"
  }

  /// Classifies every product of `set` and scores the answers.
  ///
  /// Products without the attribute, or with a label the classifier does not know, are left out.
  ///
  /// - Parameters:
  ///   - set: vectors of the classifier's model.
  ///   - attribute: where the true label stands.
  ///   - classifier: what is scored.
  ///   - slicing: attributes whose values are scored apart.
  ///   - minimumSlice: smaller slices are not reported: their scores are noise.
  /// - Throws: ``VitrineError/invalidArgument(_:)`` for an attribute that no product has, and if no
  ///   product has one of the labels.
  /// - Complexity: O(products × labels × dimensions).
  public init(
    _ set: EvaluationSet, attribute: String, classifier: ZeroShotClassifier,
    slicing: [String] = [], minimumSlice: Int = 20
  ) throws(VitrineError) {
    try set.check([attribute] + slicing)
    let positions = Dictionary(
      uniqueKeysWithValues: classifier.labels.enumerated().map { ($1, $0) })
    var all = ConfusionMatrix(labels: classifier.labels)
    var calibration = Calibration()
    var parts: [EvaluationSlice.Key: ConfusionMatrix] = [:]
    for index in set.products.indices {
      guard let label = set.label(of: index, attribute), let truth = positions[label] else {
        continue
      }
      let probabilities = classifier.softmax(set.vector(at: index))
      let best = probabilities.indices.max { probabilities[$0] < probabilities[$1] } ?? 0
      all.add(truth: truth, predicted: best)
      calibration.add(confidence: probabilities[best], correct: best == truth)
      for key in EvaluationSlice.keys(of: set, at: index, slicing) {
        parts[key, default: ConfusionMatrix(labels: classifier.labels)]
          .add(truth: truth, predicted: best)
      }
    }
    guard all.total > 0 else {
      throw .invalidArgument(
        "zero-shot: expected products whose \(attribute) is one of the labels, found none")
    }
    self.attribute = attribute
    examples = all.total
    accuracy = all.accuracy
    weightedF1 = all.weightedF1
    macroF1 = all.macroF1
    calibrationError = calibration.error
    labels = all.labelScores
    confusion = all.labels.indices.map { truth in all.labels.indices.map { all[truth, $0] } }
    slices = EvaluationSlice.worstFirst(
      parts.mapValues { (count: $0.total, score: $0.weightedF1) }, minimum: minimumSlice)
  }
}

/// Products that share a value of an attribute, and how they fared.
public struct EvaluationSlice: Sendable, Codable, Equatable {
  /// The attribute that was sliced by.
  public let attribute: String
  /// Its value in this slice.
  public let value: String
  /// How many examples or queries fell into it.
  public let count: Int
  /// The same figure that the whole was given.
  public let score: Double

  struct Key: Hashable {
    let attribute: String
    let value: String
  }

  static func keys(of set: EvaluationSet, at index: Int, _ attributes: [String]) -> [Key] {
    attributes.compactMap { attribute in
      set.label(of: index, attribute).map { Key(attribute: attribute, value: $0) }
    }
  }

  static func worstFirst(
    _ parts: [Key: (count: Int, score: Double)], minimum: Int
  ) -> [EvaluationSlice] {
    parts.filter { $0.value.count >= minimum }
      .map {
        EvaluationSlice(
          attribute: $0.key.attribute, value: $0.key.value, count: $0.value.count,
          score: $0.value.score)
      }
      .sorted { ($0.score, $0.attribute, $0.value) < ($1.score, $1.attribute, $1.value) }
  }
}

/// Expected calibration error over ten equal bins of confidence (Guo et al. 2017).
struct Calibration {
  private var confidence = [Double](repeating: 0, count: 10)
  private var correct = [Int](repeating: 0, count: 10)
  private var count = [Int](repeating: 0, count: 10)

  mutating func add(confidence value: Double, correct isCorrect: Bool) {
    // A vector that is not finite has no probabilities.
    let value = value.isNaN ? 0 : value
    let bin = min(9, Int(value * 10))
    confidence[bin] += value
    correct[bin] += isCorrect ? 1 : 0
    count[bin] += 1
  }

  var error: Double {
    let total = count.reduce(0, +)
    guard total > 0 else { return 0 }
    return count.indices.reduce(0) { $0 + abs(confidence[$1] - Double(correct[$1])) }
      / Double(total)
  }
}
