import ArgumentParser
import Foundation
import Vitrine

struct ImportCommand: WorkspaceCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Index vectors that exist already.",
    discussion: """
      Vectors are a .npy file with a row for each id, or the bare float32 of such a table; ids are \
      a text file with one a line. Without the model that made the vectors such an index is \
      searched by product and, with --looks 0, by words; give it with --model, at once or by \
      importing again, to search by looks.

      Examples:

        vitrine import vectors.npy --ids ids.txt --index Indexes/mine
        vitrine import vectors.npy --ids ids.txt --attributes products.csv \\
          --model my-clip
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

  @Flag(inversion: .prefixedNo, help: "Put the index in order at the end, if that is due.")
  var compact = true

  @OptionGroup var output: OutputOptions

  func run(in workspace: Workspace) async throws {
    try await workspace.filling(index.path(in: workspace.console)) { try await fill(in: workspace) }
  }

  private func fill(in workspace: Workspace) async throws {
    let console = workspace.console
    let source = VectorSource(
      vectors: vectors, ids: ids, attributes: attributes.map { CatalogueSource(path: $0) })
    let engine = try makeOrOpen(source, in: workspace)
    var options = IngestOptions()
    options.compacts = compact
    let settled = options
    let progress = Progress(console: console)
    let outcome = try await workspace.stoppable {
      defer { progress.finish() }
      return try await engine.importVectors(source, options: settled) {
        progress.show($0, unit: "vectors")
      }
    }
    if output.json {
      try console.printJSON(outcome)
    } else {
      outcome.print(in: console, unit: "vectors")
    }
    if outcome.cancelled { throw ExitCode(130) }
    try outcome.checkUse(of: vectors)
  }

  private func makeOrOpen(_ source: VectorSource, in workspace: Workspace) throws -> Engine {
    let path = index.path(in: workspace.console)
    let embedder =
      model.directory == nil ? nil : CLIPEmbedder(try workspace.model(model))
    if Engine.exists(at: path) {
      guard let embedder else { return try workspace.engine(at: path) }
      try workspace.engine(at: path).setModel(embedder)
      return try workspace.engine(at: path, model: model)
    }
    // No empty index is left behind by attributes that cannot go in.
    try source.attributes?.check()
    return try workspace.create(
      at: path, dimensions: try source.dimensions(), embedder: embedder)
  }
}

struct ExportCommand: WorkspaceCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write vectors, ids and attributes as plain files.",
    discussion: """
      Writes vectors.npy (float32), ids.txt and products.jsonl, rows in the same order in each, and \
      schema.json, which also tells the fingerprint of the model. `vitrine import` reads the first \
      three again; to search by looks it needs that model too.

      Example:

        vitrine export --index Indexes/shop --out out
        vitrine import out/vectors.npy --ids out/ids.txt \\
          --attributes out/products.jsonl --model my-clip --index Indexes/copy
      """)

  @OptionGroup var index: IndexOptions

  @Option(help: ArgumentHelp("Directory to write to.", valueName: "dir"), completion: .directory)
  var out: String

  @OptionGroup var output: OutputOptions

  func run(in workspace: Workspace) async throws {
    let console = workspace.console
    let engine = try workspace.engine(at: index.path(in: console), readOnly: true)
    console.say("Writing vectors, ids and products to \(out)")
    let progress = Progress(console: console)
    let report = try await workspace.stoppable { [out] in
      defer { progress.finish() }
      return try await engine.export(to: out) { progress.update("Writing", done: $0, of: $1) }
    }
    if output.json { return try console.printJSON(report) }
    console.print("\(Numbers.grouped(report.products)) products written to \(out)")
  }
}
