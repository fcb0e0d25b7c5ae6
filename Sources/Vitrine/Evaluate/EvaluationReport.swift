import Foundation

/// What one evaluation found, as JSON (by `Codable`) and as a Markdown page with pictures.
public struct EvaluationReport: Sendable, Codable {
  /// What was evaluated: a catalogue's or index's name.
  public let subject: String
  /// Fingerprint of the model.
  public let model: String
  /// How many products were embedded.
  public let products: Int
  /// One per label attribute.
  public let zeroShot: [ZeroShotEvaluation]
  /// One per caption attribute.
  public let retrieval: [RetrievalEvaluation]

  private enum CodingKeys: String, CodingKey {
    case subject, model, products, retrieval
    case zeroShot = "zero_shot"
  }

  /// Gathers the parts.
  public init(
    subject: String, model: String, products: Int, zeroShot: [ZeroShotEvaluation],
    retrieval: [RetrievalEvaluation]
  ) {
    self.subject = subject
    self.model = model
    self.products = products
    self.zeroShot = zeroShot
    self.retrieval = retrieval
  }

  /// The scores in a line each.
  public var summary: [String] {
    zeroShot.map { part in
      "zero-shot \(part.attribute): weighted F1 \(part.weightedF1.fixed), accuracy "
        + "\(part.accuracy.fixed) (\(part.examples) examples, \(part.labels.count) labels)"
        + worst(part.slices)
    }
      + retrieval.flatMap { part in
        part.scores.map { score in
          "retrieval by \(part.attribute): recall@\(score.k) \(score.recall.fixed), "
            + "nDCG \(score.ndcg.fixed), reciprocal rank \(score.reciprocalRank.fixed) "
            + "(\(score.queries) captions over \(part.candidates))"
        }
      }
  }

  private func worst(_ slices: [EvaluationSlice]) -> String {
    slices.first.map { "; worst: \($0.attribute) = \($0.value) \($0.score.fixed)" } ?? ""
  }

  /// The page; its pictures are the files of ``pictures``, expected beside it.
  public var markdown: String {
    var page = """
      # Evaluation of \(subject)

      \(products) products, model `\(model)`.

      """
    for part in zeroShot { page += Self.section(part) }
    for part in retrieval { page += Self.section(part) }
    return page
  }

  /// SVG documents by file name.
  public var pictures: [String: String] {
    var files: [String: String] = [:]
    for part in zeroShot {
      files["confusion-\(fileName(part.attribute)).svg"] = SVG.confusion(part)
      if !part.slices.isEmpty {
        files["zero-shot-slices-\(fileName(part.attribute)).svg"] = SVG.bars(part.slices)
      }
    }
    for part in retrieval where !part.slices.isEmpty {
      files["retrieval-slices-\(fileName(part.attribute)).svg"] = SVG.bars(part.slices)
    }
    return files
  }

  private static func section(_ part: ZeroShotEvaluation) -> String {
    let labels = part.labels.filter { $0.support > 0 }.sorted { $0.support > $1.support }
    return """

      ## Zero-shot \(part.attribute)

      \(part.examples) examples, \(part.labels.count) labels.

      | weighted F1 | macro F1 | accuracy | calibration error |
      |---|---|---|---|
      | \(part.weightedF1.fixed) | \(part.macroF1.fixed) | \(part.accuracy.fixed) \
      | \(part.calibrationError.fixed) |

      ![Confusion matrix: rows truth, columns prediction](confusion-\(fileName(part.attribute)).svg)

      | label | F1 | precision | recall | examples |
      |---|---|---|---|---|
      \(labels.map {
        "| \($0.label.cell) | \($0.f1.fixed) | \($0.precision.fixed) | \($0.recall.fixed) "
          + "| \($0.support) |"
      }.joined(separator: "\n"))

      \(table(part.slices, score: "weighted F1", picture: "zero-shot-slices-" + fileName(part.attribute)))
      """
  }

  private static func section(_ part: RetrievalEvaluation) -> String {
    """

    ## Retrieval by \(part.attribute)

    \(part.scores.first?.queries ?? 0) captions over \(part.candidates) photographs; equal captions \
    count as equal.

    | k | recall | precision | reciprocal rank | nDCG | hit rate |
    |---|---|---|---|---|---|
    \(part.scores.map {
      "| \($0.k) | \($0.recall.fixed) | \($0.precision.fixed) | \($0.reciprocalRank.fixed) "
        + "| \($0.ndcg.fixed) | \($0.hitRate.fixed) |"
    }.joined(separator: "\n"))

    \(table(
      part.slices, score: "recall@\(part.scores.last?.k ?? 0)",
      picture: "retrieval-slices-" + fileName(part.attribute)))
    """
  }

  private static func table(
    _ slices: [EvaluationSlice], score: String, picture: String
  ) -> String {
    guard !slices.isEmpty else { return "" }
    let rows = slices.prefix(20).map {
      "| \($0.attribute.cell) = \($0.value.cell) | \($0.score.fixed) | \($0.count) |"
    }
    return """
      Worst slices (\(rows.count) of \(slices.count)):

      | slice | \(score) | size |
      |---|---|---|
      \(rows.joined(separator: "\n"))

      ![Slices, worst first](\(picture).svg)

      """
  }
}

/// An attribute's name as part of a file name.
private func fileName(_ attribute: String) -> String {
  String(attribute.map { $0.isLetter || $0.isNumber ? $0 : "-" })
}

extension String {
  /// The text within a table, whose cells end at a bar and at the end of the line.
  fileprivate var cell: String {
    replacing("|", with: "\\|").split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}

extension Double {
  /// Three decimals.
  var fixed: String { String(format: "%.3f", self) }
}
