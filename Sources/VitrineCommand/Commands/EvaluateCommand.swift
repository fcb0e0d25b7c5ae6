import ArgumentParser
import Foundation
import HNSW
import Vitrine

struct EvaluateCommand: WorkspaceCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Score a model on labelled products: zero-shot and retrieval, whole and by slice.",
    discussion: """
      Examples:

        vitrine evaluate --index Indexes/shop --label category --caption title
        vitrine evaluate products.csv --images photos.tar --label articleType \\
          --model fashion-clip
        vitrine evaluate t10k-images-idx3-ubyte.gz --label label \\
          --template "a photo of a {}" --model fashion-clip

      The last reads Fashion-MNIST as it is published; its attribute is called label. With \
      --report a Markdown page with plots and the JSON are written to a folder.
      """)

  @Argument(
    help: "A catalogue, or a file of IDX pictures; without one the index is evaluated.",
    completion: .file())
  var catalogue: String?

  @OptionGroup var index: IndexOptions
  @OptionGroup var model: ModelOptions

  @Option(help: ArgumentHelp("Folder or TAR file of the images.", valueName: "dir|tar"))
  var images: String?

  @Option(
    name: .customLong("label"),
    help: ArgumentHelp("Attribute to predict. Repeatable.", valueName: "attribute"),
    completion: .attributes)
  var attributes: [String] = []

  @Option(
    name: .customLong("caption"),
    help: ArgumentHelp(
      "Attribute to search by. Repeatable.", valueName: "attribute"),
    completion: .attributes)
  var captions: [String] = []

  @Option(
    name: .customLong("slice"),
    help: ArgumentHelp("Attribute whose values are scored apart.", valueName: "attribute"),
    completion: .attributes)
  var slices: [String] = []

  @OptionGroup var labels: LabelOptions

  @Option(help: "Draw this many products; by default all.")
  var candidates: Int?

  @Option(help: "Seed of the draw.")
  var seed: UInt64 = 1

  @Option(help: ArgumentHelp("Folder for the report.", valueName: "dir"), completion: .directory)
  var report: String?

  @OptionGroup var output: OutputOptions

  func validate() throws {
    if attributes.isEmpty, captions.isEmpty {
      throw ValidationError("give --label for zero-shot scores, --caption for retrieval, or both")
    }
    if let candidates, candidates < 1 { throw ValidationError("--candidates must be 1 or more") }
  }

  func run(in workspace: Workspace) async throws {
    if let report { try FileBytes.makeFolder(report) }
    let embedder = CLIPEmbedder(try workspace.model(model))
    var set = try await products(embedder, in: workspace)
    if let candidates { set = set.sample(candidates, seed: seed) }
    var zeroShot: [ZeroShotEvaluation] = []
    for attribute in attributes {
      let classifier = try labels.classifier(embedder, over: set, attribute: attribute)
      zeroShot.append(
        try ZeroShotEvaluation(
          set, attribute: attribute, classifier: classifier, slicing: slices))
    }
    var retrieval: [RetrievalEvaluation] = []
    for caption in captions {
      retrieval.append(
        try await RetrievalEvaluation(set, caption: caption, embedder: embedder, slicing: slices))
    }
    let found = EvaluationReport(
      subject: URL(filePath: catalogue ?? index.path(in: workspace.console)).lastPathComponent,
      model: embedder.fingerprint, products: set.products.count, zeroShot: zeroShot,
      retrieval: retrieval)
    try show(found, in: workspace.console)
  }

  /// The products with their vectors: of the index, of IDX files, or of a catalogue, which is
  /// ingested as any other into an index that is thrown away.
  private func products(
    _ embedder: CLIPEmbedder, in workspace: Workspace
  ) async throws -> EvaluationSet {
    guard let catalogue else {
      return try await workspace.engine(
        at: index.path(in: workspace.console), model: model, readOnly: true
      ).evaluationSet()
    }
    if IDXDataset.isNamed(by: catalogue), !FileBytes.isFolder(catalogue) {
      return try pictures(in: catalogue, embedder)
    }
    let scratch = ScratchFolder()
    defer { withExtendedLifetime(scratch) {} }
    let engine = try Engine.create(
      path: scratch.path, configuration: IndexConfiguration(dimensions: embedder.dimensions),
      modelFingerprint: embedder.fingerprint, embedder: embedder)
    let progress = Progress(console: workspace.console)
    let source = CatalogueSource(path: catalogue, images: images)
    let outcome = try await workspace.stoppable {
      defer { progress.finish() }
      return try await engine.ingest(source) { progress.show($0) }
    }
    if outcome.cancelled { throw CancellationError() }
    if outcome.rejected > 0 { workspace.console.say("\(outcome.rejected) rows were left out") }
    return try await engine.evaluationSet()
  }

  /// The pictures of an IDX file, whose labels must be such as can be told apart, if they are asked for.
  private func pictures(in path: String, _ embedder: CLIPEmbedder) throws -> EvaluationSet {
    let dataset = try IDXDataset(images: path)
    let isTruth = !attributes.isEmpty && labels.labels == nil && labels.labelsFile == nil
    if isTruth, Set(dataset.labels).count < 2 {
      throw Failure.data(
        "\(path): expected pictures of two classes or more, found one; name others with --labels")
    }
    return try EvaluationSet(
      dataset, names: IDXDataset.fashionMNISTLabels, embedder: embedder)
  }

  private func show(_ found: EvaluationReport, in console: Console) throws {
    if let report {
      try WholeFile.write(found.markdown.utf8, to: report + "/README.md")
      for (name, picture) in found.pictures {
        try WholeFile.write(picture.utf8, to: "\(report)/\(name)")
      }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      try WholeFile.write(try encoder.encode(found), to: report + "/evaluation.json")
      console.say("The report is \(report)/README.md")
    }
    if output.json { return try console.printJSON(found) }
    console.print(found.summary)
  }
}
