import ArgumentParser
import Vitrine

/// Which labels to tell apart, and in what words.
struct LabelOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The labels, separated by commas.", valueName: "a,b,c"))
  var labels: String?

  @Option(
    help: ArgumentHelp("A file with a label a line.", valueName: "file"), completion: .file())
  var labelsFile: String?

  @Option(
    help: ArgumentHelp("Take the labels from an attribute's values.", valueName: "attribute"),
    completion: .attributes)
  var labelsFrom: String?

  @Option(
    name: .customLong("template"),
    help: ArgumentHelp("A prompt in which {} stands for the label. Repeatable."))
  var templates: [String] = []

  @Option(help: "What similarities are multiplied by; by default what the model was trained with.")
  var logitScale: Float?

  func validate() throws {
    guard [labels, labelsFile, labelsFrom].count(where: { $0 != nil }) <= 1 else {
      throw ValidationError("give one of --labels, --labels-file and --labels-from")
    }
    if let logitScale, !logitScale.isFinite || logitScale <= 0 {
      throw ValidationError("--logit-scale must be a number above 0, not \(logitScale)")
    }
  }

  /// The classifier that is asked for.
  ///
  /// - Parameter set: products whose values `--labels-from` reads; nil where there are none.
  func classifier(
    _ embedder: any Embedder, over set: EvaluationSet?, attribute: String? = nil
  ) throws -> ZeroShotClassifier {
    let labels = try names(in: set, attribute: attribute)
    guard !templates.isEmpty else {
      return try ZeroShotClassifier(labels: labels, embedder: embedder, logitScale: logitScale)
    }
    return try ZeroShotClassifier(
      labels: labels, templates: templates, embedder: embedder, logitScale: logitScale)
  }

  private func names(in set: EvaluationSet?, attribute: String?) throws -> [String] {
    if let labels {
      return labels.split(separator: ",").map { $0.trimmed }.filter { !$0.isEmpty }
    }
    if let labelsFile {
      return try WholeFile.lines(labelsFile).map { $0.trimmed }
    }
    guard let attribute = labelsFrom ?? attribute, let set else {
      throw Failure.usage("which labels? Give --labels, --labels-file or --labels-from")
    }
    return try set.labels(of: attribute)
  }
}
