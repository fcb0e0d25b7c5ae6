import ArgumentParser
import Foundation
import HNSW
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
          --id sku --model my-clip

      Vectors, rows and values that cannot be used are listed in DIR-report.csv; the rest goes in.
      """)

  @Argument(help: "The vectors.", completion: .file())
  var vectors: String

  @Option(help: ArgumentHelp("The ids, one a line.", valueName: "file"), completion: .file())
  var ids: String

  @Option(
    help: ArgumentHelp("CSV or JSON Lines with the attributes.", valueName: "file"),
    completion: .file())
  var attributes: String?

  @Option(
    name: .customLong("id"),
    help: ArgumentHelp("Column of the ids among the attributes.", valueName: "column"))
  var idColumn: String?

  @Option(
    help: ArgumentHelp(
      "JSON file that says what the attributes are; see vitrine index --help.", valueName: "file"),
    completion: .file())
  var schema: String?

  @OptionGroup var index: IndexOptions
  @OptionGroup var model: ModelOptions

  @Flag(inversion: .prefixedNo, help: "Put the index in order at the end, if that is due.")
  var compact = true

  @Option(help: ArgumentHelp("Where to list bad vectors and rows.", valueName: "file"))
  var report: String?

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard attributes == nil, idColumn != nil || schema != nil else { return }
    let given = idColumn == nil ? "--schema" : "--id"
    throw ValidationError("\(given) is about the file that --attributes names: give that too")
  }

  func run(in workspace: Workspace) async throws {
    try await workspace.filling(index.path(in: workspace.console)) { try await fill(in: workspace) }
  }

  private func fill(in workspace: Workspace) async throws {
    let console = workspace.console
    let schema = try schema.map(IndexCommand.schema)
    let source = VectorSource(
      vectors: vectors, ids: ids,
      attributes: attributes.map {
        CatalogueSource(path: $0, idColumn: idColumn, schema: schema)
      })
    let engine = try makeOrOpen(source, in: workspace)
    var options = IngestOptions()
    options.compacts = compact
    options.reportPath = index.reportPath(report, in: console)
    let settled = options
    let outcome = try await workspace.ingesting(json: output.json, unit: "vectors") { progress in
      try await engine.importVectors(source, options: settled, progress: progress)
    }
    try outcome.checkUse(of: vectors)
    // Attributes that belong to other ids are as good as none, though the vectors are in.
    if let attributes, outcome.attributeRowsUsed == 0 {
      throw Failure.data(
        "\(attributes): none of its rows could be used; the vectors are in the index")
    }
  }

  /// The index, made if it is not there. What cannot be imported leaves none behind, and none changed.
  private func makeOrOpen(_ source: VectorSource, in workspace: Workspace) throws -> Engine {
    let path = index.path(in: workspace.console)
    let embedder =
      model.directory == nil ? nil : CLIPEmbedder(try workspace.model(model))
    if Engine.exists(at: path) {
      guard let embedder else { return try workspace.engine(at: path) }
      try bind(workspace.engine(at: path), to: embedder, importing: source)
      return try workspace.engine(at: path, model: model)
    }
    try source.attributes?.check()
    return try workspace.create(
      at: path, dimensions: try source.dimensions(), embedder: embedder)
  }

  /// Says of which model the index is, if its files are such that the import can begin.
  private func bind(
    _ engine: Engine, to embedder: CLIPEmbedder, importing source: VectorSource
  ) throws {
    let (expected, found) = (engine.configuration.dimensions, try source.dimensions())
    guard expected == found else {
      throw VitrineError.dimensionMismatch(expected: expected, found: found)
    }
    try source.attributes?.check(against: engine.schema)
    try engine.setModel(embedder)
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
