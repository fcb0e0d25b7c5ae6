import ArgumentParser
import Foundation
import Vitrine
import VitrineServer

struct SearchCommand: WorkspaceCommand {
  static let configuration = CommandConfiguration(
    commandName: "search", abstract: "Find products by words, a photograph, or another product.",
    discussion: """
      Examples:

        vitrine search light red dress --filter "price < 50"
        vitrine search "running shoes -kids" --group brand --facet price --explain
        vitrine search --image photo.jpg --less "long sleeves" -k 5
        vitrine search --like V1042 --like V1100 --unlike V1003 --json
        vitrine search --queries queries.jsonl

      Filters know = != < <= > >=, in (a, b), between a and b, exists a, prefixes such as Nik*, \
      and, or, not and parentheses. A file of queries has one a line, as JSON like that of the HTTP \
      interface: {"text": "red dress", "terms": [{"product": "V1042", "weight": 0.5}], "k": 5}
      """)

  @OptionGroup(title: "What to look for") var search: SearchOptions

  @Option(
    help: ArgumentHelp(
      "Answer the queries of this file from one snapshot, one line of JSON for each.",
      valueName: "file"), completion: .file())
  var queries: String?

  @OptionGroup(title: "Where") var index: IndexOptions
  @OptionGroup(title: "Where") var model: ModelOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  func validate() throws {
    let isAlone = search.text.isEmpty && search.image.isEmpty && search.like.isEmpty
    if queries != nil, !isAlone {
      throw ValidationError("--queries has its own words, images and products")
    }
  }

  func run(in workspace: Workspace) async throws {
    let console = workspace.console
    let needsModel =
      !search.text.isEmpty || !search.image.isEmpty || !search.less.isEmpty || queries != nil
    let engine = try workspace.engine(
      at: index.path(in: console), model: needsModel ? model : nil, readOnly: true)
    let schema = try engine.schema
    if let queries {
      let answers = try await engine.search(try Self.queries(in: queries, schema: schema))
      return try answers.forEach { try console.printJSON($0) }
    }
    let response = try await engine.search(try search.query(schema: schema))
    if output.json { return try console.printJSON(response) }
    let view = ResultView(response, schema: schema)
    console.print(view.lines(width: console.width, style: console.style))
    for facet in response.facets ?? [] {
      console.print()
      console.print(DetailView.facet(facet, width: console.width, style: console.style))
    }
    guard let plan = response.plan else { return }
    for hit in response.hits {
      console.print()
      console.print(console.style.bold(hit.id))
      console.print(DetailView.score(hit, width: console.width, style: console.style))
    }
    console.print()
    console.print(DetailView.plan(plan, path: response.path, style: console.style))
  }

  /// The queries of a file, one a line.
  private static func queries(in path: String, schema: Schema) throws -> [Query] {
    let lines = try WholeFile.read(path).split(separator: UInt8(ascii: "\n"))
    return try lines.enumerated().map { row, line in
      do {
        return try Query(json: Array(line)) { schema }
      } catch let error as DecodingError {
        throw Failure.data("\(path), line \(row + 1): \(Problem.words(for: error))")
      } catch {
        throw Failure.data("\(path), line \(row + 1): \(error)")
      }
    }
  }
}
