import ArgumentParser
import Foundation
import Vitrine

struct ClassifyCommand: WorkspaceCommand {
  static let configuration = CommandConfiguration(
    commandName: "classify",
    abstract: "Sort photographs, or a whole index, into labels that no model was trained on.",
    discussion: """
      Examples:

        vitrine classify photo.jpg --labels "dress,shirt,shoe"
        vitrine classify photo.jpg --index Indexes/shop --labels-from type \\
          --calibrate type
        vitrine classify --index Indexes/shop --labels "light,dark" \\
          --template "a {} garment" --template "{} fabric" --write shade

      Each label is written into every template; their vectors are averaged. With --write the \
      likeliest label becomes an attribute of every product, in one transaction; one that is there \
      already is kept as it is unless --overwrite is given.
      """)

  @Argument(help: "Photographs; none classifies the index.", completion: .file())
  var images: [String] = []

  @OptionGroup var labels: LabelOptions

  @Option(
    name: .customShort("k", allowingJoined: true),
    help: "How many labels to show of each photograph.")
  var k = 3

  @Option(
    help: ArgumentHelp("Store the likeliest label as this attribute.", valueName: "attribute"))
  var write: String?

  @Flag(help: "Let --write replace the values of an attribute that is there already.")
  var overwrite = false

  @Option(
    help: ArgumentHelp(
      "Fit the probabilities to the index's products whose label this attribute tells.",
      valueName: "attribute"), completion: .attributes)
  var calibrate: String?

  @OptionGroup var index: IndexOptions
  @OptionGroup var model: ModelOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if k < 1 { throw ValidationError("-k must be 1 or more") }
    if write != nil, !images.isEmpty {
      throw ValidationError("--write is for an index, not for photographs")
    }
    if let write, write.allSatisfy(\.isWhitespace) {
      throw ValidationError("--write takes the name of an attribute")
    }
  }

  func run(in workspace: Workspace) async throws {
    if images.isEmpty {
      try await classifyIndex(in: workspace)
    } else {
      try await classifyImages(in: workspace)
    }
  }

  private struct Classified: Encodable {
    let id: String
    let predictions: [ZeroShotClassifier.Prediction]
  }

  private func classifyImages(in workspace: Workspace) async throws {
    let embedder = CLIPEmbedder(try workspace.model(model))
    let needsIndex = labels.labelsFrom != nil || calibrate != nil
    let set = needsIndex ? try await engine(in: workspace).evaluationSet() : nil
    let classifier = try classifier(embedder, over: set)
    let progress = Progress(console: workspace.console)
    let results = try progress.map("Classifying", over: images) { path in
      let bytes = try WholeFile.photograph(path)
      do {
        let vector = try embedder.embed(images: [bytes])[0].get()
        return Classified(id: path, predictions: classifier.classify(vector, k: k))
      } catch {
        throw Failure.data("\(path): \(error)")
      }
    }
    try show(results, in: workspace.console)
  }

  private func classifyIndex(in workspace: Workspace) async throws {
    let engine = try engine(in: workspace)
    guard let embedder = engine.embedder else {
      throw VitrineError.noEmbedder(operation: "classification")
    }
    if let write { try check(write, in: try engine.schema) }
    let set = try await engine.evaluationSet()
    let classifier = try classifier(embedder, over: set)
    let progress = Progress(console: workspace.console)
    let results = try progress.map("Classifying", over: set.products.indices) { position in
      Classified(
        id: set.products[position].id,
        predictions: classifier.classify(set.vector(at: position), k: k))
    }
    guard let write else { return try show(results, in: workspace.console) }
    let labelled = results.compactMap { result in
      result.predictions.first.map {
        Product(id: result.id, attributes: [write: .text($0.label)])
      }
    }
    workspace.console.say("Storing \(write) of \(Numbers.counted(labelled.count, "product"))")
    let lost = try await engine.annotate(labelled)
    if !lost.isEmpty {
      workspace.console.say("\(Numbers.counted(lost.count, "product")) deleted meanwhile")
    }
    try summarise(results, in: workspace.console)
  }

  /// The columns of ids and images are no attributes, and others are not overwritten unasked.
  private func check(_ name: String, in schema: Schema) throws(Failure) {
    if [schema.id ?? "id", schema.image ?? "image"].contains(name) {
      throw .usage("--write takes an attribute; \"\(name)\" is the column of ids or images")
    }
    if let kind = schema[name]?.kind, ![.keyword, .text].contains(kind) {
      throw .usage(
        "--write takes an attribute of keywords; \"\(name)\" is one of kind \(kind.rawValue)")
    }
    if !overwrite, schema[name] != nil {
      throw .usage("the index has an attribute \"\(name)\": --overwrite replaces its values")
    }
  }

  private func engine(in workspace: Workspace) throws -> Engine {
    try workspace.engine(
      at: index.path(in: workspace.console), model: model, readOnly: write == nil)
  }

  private func classifier(
    _ embedder: any Embedder, over set: EvaluationSet?
  ) throws -> ZeroShotClassifier {
    let plain = try labels.classifier(embedder, over: set)
    guard let calibrate, let set else { return plain }
    return try plain.calibrated(on: set, attribute: calibrate)
  }

  private func show(_ results: [Classified], in console: Console) throws {
    if output.json { return try console.printJSON(results) }
    let table = Table(
      [Table.Column("photograph"), Table.Column("label"), Table.Column("probability")],
      rows: results.flatMap { result in
        result.predictions.enumerated().map { rank, prediction in
          [
            rank == 0 ? result.id : "", prediction.label,
            String(format: "%.3f", prediction.probability),
          ]
        }
      })
    console.print(table.lines(width: console.width, style: console.style))
  }

  private func summarise(_ results: [Classified], in console: Console) throws {
    var counts: [String: Int] = [:]
    for result in results {
      if let label = result.predictions.first?.label { counts[label, default: 0] += 1 }
    }
    if output.json { return try console.printJSON(counts) }
    let rows = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { [$0.key, Numbers.grouped($0.value)] }
    let table = Table(
      [Table.Column("label"), Table.Column("products", isNumeric: true)], rows: rows)
    console.print(table.lines(width: console.width, style: console.style))
  }
}
