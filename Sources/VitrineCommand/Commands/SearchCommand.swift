import ArgumentParser
import Foundation
import Vitrine

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
      "Answer the queries of this file, each with all its options, from one snapshot: a line of "
        + "JSON for each.", valueName: "file"), completion: .file())
  var queries: String?

  @OptionGroup(title: "Where") var index: IndexOptions
  @OptionGroup(title: "Where") var model: ModelOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  func run(in workspace: Workspace) async throws {
    if queries != nil, try search.query(schema: nil) != Query() {
      throw Failure.usage(
        "--queries takes no words and no options of a search, such as -k and --filter: "
          + "each query of the file has its own")
    }
    let console = workspace.console
    let path = index.path(in: console)
    if let queries {
      let engine = try workspace.searchable(at: path, model: model, readOnly: true)
      return try await answer(queries, engine, engine.schema, in: console)
    }
    // Without looks, words alone are compared.
    let needsModel =
      search.ranking.looks != 0
      && !(search.text.isEmpty && search.image.isEmpty && search.less.isEmpty)
    let engine = try workspace.engine(at: path, model: needsModel ? model : nil, readOnly: true)
    let schema = try engine.schema
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
      console.print(console.style.bold(hit.id.printable))
      console.print(DetailView.score(hit, width: console.width, style: console.style))
    }
    console.print()
    console.print(
      DetailView.plan(plan, path: response.path, width: console.width, style: console.style))
  }

  /// Answers the queries of a file in their order.
  private func answer(
    _ path: String, _ engine: Engine, _ schema: Schema, in console: Console
  ) async throws {
    let queries = try Self.queries(in: path, schema: schema)
    do {
      for answer in try await engine.search(queries.map(\.query)) { try console.printJSON(answer) }
    } catch let error where !(error is CancellationError) {
      // Which one it was shows where each is asked alone.
      for (row, query) in queries {
        do { _ = try await engine.search(query) } catch {
          let failure = Failure(error)
          throw Failure(message: "\(path), line \(row): \(failure.message)", code: failure.code)
        }
      }
      throw error
    }
  }

  /// The queries of a file, one a line, with the numbers of their lines.
  private static func queries(
    in path: String, schema: Schema
  ) throws -> [(row: Int, query: Query)] {
    let lines = try WholeFile.read(path)
      .split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    return try lines.enumerated().filter { !$0.element.isEmpty }.map { row, line in
      do {
        return (row + 1, try Query(json: Array(line)) { schema })
      } catch let error as DecodingError {
        throw Failure.data("\(path), line \(row + 1): \(error.words)")
      } catch {
        throw Failure.data("\(path), line \(row + 1): \(error)")
      }
    }
  }
}
