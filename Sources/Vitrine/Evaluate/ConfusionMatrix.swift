/// How often each true label was given each predicted one, and the scores that follow from it.
///
/// Rows are truth, columns are prediction, both in the order of ``labels``. A plain value.
public struct ConfusionMatrix: Sendable, Equatable {
  /// The labels, in the order of rows and columns.
  public let labels: [String]
  private var counts: [Int]

  /// An empty matrix over `labels`.
  public init(labels: [String]) {
    self.labels = labels
    counts = Array(repeating: 0, count: labels.count * labels.count)
  }

  /// Counts one example. Both are positions in ``labels``.
  public mutating func add(truth: Int, predicted: Int) {
    counts[truth * labels.count + predicted] += 1
  }

  /// How many examples of label `truth` were given label `predicted`.
  public subscript(truth: Int, predicted: Int) -> Int {
    counts[truth * labels.count + predicted]
  }

  /// How many examples were counted.
  public var total: Int { counts.reduce(0, +) }

  /// The share of examples on the diagonal, 0 when there are none.
  public var accuracy: Double {
    let correct = labels.indices.reduce(0) { $0 + self[$1, $1] }
    return ratio(correct, total)
  }

  /// Scores of one label against all others.
  public struct LabelScore: Sendable, Equatable, Codable {
    /// The label.
    public let label: String
    /// Of what was given this label, the share that has it.
    public let precision: Double
    /// Of what has this label, the share that was given it.
    public let recall: Double
    /// Harmonic mean of precision and recall.
    public let f1: Double
    /// How many examples have this label.
    public let support: Int
  }

  /// Precision, recall and F1 of every label, in the order of ``labels``.
  ///
  /// - Complexity: O(labels²).
  public var labelScores: [LabelScore] {
    labels.indices.map { label in
      let support = labels.indices.reduce(0) { $0 + self[label, $1] }
      let predicted = labels.indices.reduce(0) { $0 + self[$1, label] }
      let hits = self[label, label]
      return LabelScore(
        label: labels[label], precision: ratio(hits, predicted), recall: ratio(hits, support),
        f1: ratio(2 * hits, predicted + support), support: support)
    }
  }

  /// F1 of each label averaged with its support as weight: the figure that FashionCLIP reports
  /// (Chia et al., Sci Rep 12, 18958, 2022) and scikit-learn calls `average="weighted"`.
  public var weightedF1: Double {
    let scores = labelScores
    let support = scores.reduce(0) { $0 + $1.support }
    guard support > 0 else { return 0 }
    return scores.reduce(0) { $0 + $1.f1 * Double($1.support) } / Double(support)
  }

  /// F1 averaged over the labels that occur or were predicted, each counting the same.
  public var macroF1: Double {
    let all = labelScores
    let scores = labels.indices.compactMap { label -> Double? in
      let occurs = labels.indices.contains { self[label, $0] + self[$0, label] > 0 }
      return occurs ? all[label].f1 : nil
    }
    return scores.isEmpty ? 0 : scores.reduce(0, +) / Double(scores.count)
  }
}

/// `part / whole`, 0 when there is nothing to divide by.
func ratio(_ part: Int, _ whole: Int) -> Double {
  whole == 0 ? 0 : Double(part) / Double(whole)
}
