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
    let progress = Progress(console: console)
    let outcome = try await workspace.stoppable {
      defer { progress.finish() }
      return try await engine.ingest(source, options: settled) { progress.show($0) }
    }
    if output.json { try console.printJSON(outcome) } else { outcome.print(in: console) }
    if outcome.cancelled { throw ExitCode(130) }
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

extension IngestReport {
  /// Says what became of the rows; what was wrong goes to the notes.
  ///
  /// - Parameters:
  ///   - thing: what a row is of.
  ///   - unit: what the rate counts.
  func print(in console: Console, of thing: String = "row", unit: String = "images") {
    let counts = [
      (inserted, "new"), (reembedded, "embedded again"), (updated, "with new facts"),
      (unchanged, "unchanged"), (pruned, "deleted"), (superseded, "repeated"),
      (rejected, "rejected"),
    ]
    let parts = counts.filter { $0.0 > 0 }.map { "\(Numbers.grouped($0.0)) \($0.1)" }
    let summary = parts.isEmpty ? "nothing" : parts.joined(separator: ", ")
    console.print("\(Numbers.counted(rows, thing)): \(summary)")
    console.print(
      "\(Duration.seconds(seconds).inWords), \(Numbers.short(imagesPerSecond)) \(unit)/s")
    for hint in hints { console.say(hint.printable) }
    for note in notes.prefix(5) {
      let row = note.row > 0 ? "row \(note.row)" : "product \(note.id)"
      let column = note.column.isEmpty ? "" : ", column \(note.column)"
      console.say("\(row)\(column): \(note.reason)".printable)
    }
    let hidden = rejected + valuesDropped + superseded - min(5, notes.count)
    if hidden > 0 { console.say("… and \(Numbers.grouped(hidden)) more") }
    if let reportPath { console.say("All that was wrong is listed in \(reportPath)") }
    for refusal in [pruneRefusal, compactRefusal].compactMap(\.self) { console.say(refusal) }
    if cancelled { console.say("Stopped. The same command goes on from here.") }
  }

  /// - Throws: ``Failure`` if there were rows and none could be used.
  func checkUse(of path: String) throws(Failure) {
    guard rejected > 0, inserted + updated + reembedded + unchanged == 0 else { return }
    throw .data("\(path): none of its rows could be used")
  }
}

extension Progress {
  /// Shows how far an ingestion has come.
  func show(_ progress: IngestProgress, unit: String = "images") {
    let rate =
      progress.imagesPerSecond > 0 ? "\(Numbers.short(progress.imagesPerSecond)) \(unit)/s" : nil
    let left =
      progress.phase == .embedding
      ? progress.remaining.flatMap { $0 < .seconds(1) ? nil : "\($0.inWords) left" } : nil
    let bad = progress.rejected > 0 ? "\(progress.rejected) rejected" : nil
    let title =
      switch progress.phase {
      case .surveying: "Reading "
      case .embedding: "Indexing"
      case .pruning: "Deleting"
      case .compacting: "Sorting"
      case .done: "Done    "
      }
    update(
      title, done: progress.rows, of: progress.totalRows > 0 ? progress.totalRows : nil,
      detail: [rate, left, bad].compactMap(\.self).joined(separator: ", "))
  }
}
