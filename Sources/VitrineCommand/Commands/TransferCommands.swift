import ArgumentParser
import Foundation
import HNSW
import Vitrine

struct ImportCommand: WorkspaceCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Index vectors that exist already.",
    discussion: """
      Vectors are a .npy file with a row for each id, or the bare float32 of such a table; ids are \
      a text file with one a line. Such an index is searched by product; to search it by words, give \
      the model that made the vectors with --model.

      Examples:

        vitrine import vectors.npy --ids ids.txt --index Indexes/mine
        vitrine import vectors.npy --ids ids.txt --attributes products.csv --model my-clip
      """)

  @Argument(help: "The vectors.", completion: .file())
  var vectors: String

  @Option(help: ArgumentHelp("The ids, one a line.", valueName: "file"), completion: .file())
  var ids: String

  @Option(
    help: ArgumentHelp("CSV or JSON Lines with the attributes.", valueName: "file"),
    completion: .file())
  var attributes: String?

  @OptionGroup var index: IndexOptions
  @OptionGroup var model: ModelOptions
  @OptionGroup var output: OutputOptions

  func run(in workspace: Workspace) async throws {
    let console = workspace.console
    let source = VectorSource(
      vectors: vectors, ids: ids, attributes: attributes.map { CatalogueSource(path: $0) })
    let engine = try makeOrOpen(source, in: workspace)
    let progress = Progress(console: console)
    let outcome = try await workspace.stoppable {
      defer { progress.finish() }
      return try await engine.importVectors(source) { progress.show($0) }
    }
    if output.json { try console.printJSON(outcome) } else { outcome.print(in: console) }
    if outcome.cancelled { throw ExitCode(130) }
  }

  private func makeOrOpen(_ source: VectorSource, in workspace: Workspace) throws -> Engine {
    let path = index.path(in: workspace.console)
    let model = self.model.directory == nil ? nil : self.model
    if Engine.exists(at: path) { return try workspace.engine(at: path, model: model) }
    let embedder = try model.map { CLIPEmbedder(try workspace.model($0)) }
    let engine = try Engine.create(
      path: path, configuration: IndexConfiguration(dimensions: try source.dimensions()),
      modelFingerprint: embedder?.fingerprint ?? "", embedder: embedder)
    workspace.remember(engine)
    return engine
  }
}

struct ExportCommand: WorkspaceCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write vectors, ids and attributes as plain files.",
    discussion: """
      Writes vectors.npy (float32), ids.txt and attributes.jsonl, rows in the same order in each; \
      `vitrine import` reads them again.

      Example:

        vitrine export --index Indexes/shop --out shop-export
      """)

  @OptionGroup var index: IndexOptions

  @Option(help: ArgumentHelp("Directory to write to.", valueName: "dir"), completion: .directory)
  var out: String

  @OptionGroup var output: OutputOptions

  func run(in workspace: Workspace) async throws {
    let console = workspace.console
    let engine = try workspace.engine(at: index.path(in: console), readOnly: true)
    let out = self.out
    let report = try await workspace.stoppable { try await engine.export(to: out) }
    if output.json { return try console.printJSON(report) }
    console.print("\(Numbers.grouped(report.products)) products written to \(out)")
  }
}
