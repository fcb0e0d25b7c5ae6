import ArgumentParser
import Foundation
import Vitrine

struct IndexCommand: WorkspaceCommand {
  static let configuration = CommandConfiguration(
    commandName: "index", abstract: "Embed and index a catalogue, or bring an index up to date.",
    discussion: """
      The catalogue is CSV (comma, semicolon, tab or |) or JSON Lines, plain or gzipped. Columns \
      for the id and the image are guessed from their names; all others become attributes, with \
      several values where |, ; or commas part them. Run it again after a change, or after it was \
      stopped: what is unchanged is skipped. Of several rows of one id the last that can be used \
      goes in.

      Examples:

        vitrine index shop.csv --index Indexes/shop
        vitrine index products.jsonl.gz --images photos.tar --id sku --image photo
        vitrine index shop.csv --prune   # also delete what is no longer in it

      --schema takes what `vitrine export` writes as schema.json; kinds are keyword, text, number, \
      boolean and date, and columns that it does not name are inferred:

        {"id": "sku", "attributes": [
          {"name": "size", "kind": "keyword", "separator": "|"}]}

      A large index is put in order at the end of its first filling, and whenever half of it is new: \
      see `vitrine compact`.

      Rows and images that cannot be used are listed in DIR-report.csv; the rest goes in.
      """)

  @Argument(help: "The catalogue.", completion: .file())
  var catalogue: String

  @OptionGroup var index: IndexOptions
  @OptionGroup var model: ModelOptions

  @Option(
    help: ArgumentHelp(
      "Folder or TAR file of the images; by default where the catalogue is.",
      valueName: "dir|tar"))
  var images: String?

  @Option(name: .customLong("id"), help: ArgumentHelp("Column of the ids.", valueName: "column"))
  var idColumn: String?

  @Option(
    name: .customLong("image"),
    help: ArgumentHelp("Column of the image paths.", valueName: "column"))
  var imageColumn: String?

  @Option(
    help: ArgumentHelp("JSON file that says what the attributes are.", valueName: "file"),
    completion: .file())
  var schema: String?

  @Option(help: "Threads; by default one for each CPU.")
  var threads: Int?

  @Flag(help: "Stop at the first bad row or image.")
  var strict = false

  @Flag(help: "Delete products that are no longer in the catalogue.")
  var prune = false

  @Flag(help: "Prune even if that deletes more than half of the index.")
  var pruneMost = false

  @Flag(inversion: .prefixedNo, help: "Put the index in order at the end, if that is due.")
  var compact = true

  @Option(help: ArgumentHelp("Where to list bad rows and images.", valueName: "file"))
  var report: String?

  @OptionGroup var output: OutputOptions

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads must be 1 or more") }
  }

  func run(in workspace: Workspace) async throws {
    try await workspace.filling(index.path(in: workspace.console)) { try await fill(in: workspace) }
  }

  private func fill(in workspace: Workspace) async throws {
    let console = workspace.console
    guard FileManager.default.fileExists(atPath: catalogue) else {
      throw Failure.failure("\(catalogue): there is no such file")
    }
    let source = CatalogueSource(
      path: catalogue, images: images, idColumn: idColumn, imageColumn: imageColumn,
      schema: try schema.map(IndexCommand.schema))
    let engine = try makeOrOpen(for: source, in: workspace)
    var options = IngestOptions()
    options.threads = threads
    options.strict = strict
    options.prune = prune || pruneMost
    options.pruneMost = pruneMost
    options.compacts = compact
    options.reportPath = index.reportPath(report, in: console)
    let settled = options
    let outcome = try await workspace.ingesting(json: output.json) { progress in
      try await engine.ingest(source, options: settled, progress: progress)
    }
    try outcome.checkUse(of: catalogue)
  }

  private func makeOrOpen(for source: CatalogueSource, in workspace: Workspace) throws -> Engine {
    let path = index.path(in: workspace.console)
    if Engine.exists(at: path) { return try workspace.engine(at: path, model: model) }
    // No empty index is left behind by a catalogue that cannot go in.
    try source.check()
    let embedder = CLIPEmbedder(try workspace.model(model))
    do {
      return try workspace.create(at: path, dimensions: embedder.dimensions, embedder: embedder)
    } catch VitrineError.indexExists {
      // Another process was quicker.
      return try workspace.engine(at: path, model: model)
    }
  }

  /// The schema in a file.
  static func schema(_ path: String) throws -> Schema {
    do {
      return try JSONDecoder().decode(Schema.self, from: Data(try WholeFile.read(path)))
    } catch let error as DecodingError {
      throw Failure.data(
        "\(path) is no schema: \(error.words); vitrine index --help shows one")
    }
  }
}
