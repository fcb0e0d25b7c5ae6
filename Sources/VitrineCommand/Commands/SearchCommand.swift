import ArgumentParser
import Vitrine

struct SearchCommand: WorkspaceCommand {
  static let configuration = CommandConfiguration(
    commandName: "search", abstract: "Find products by words, a photograph, or another product.",
    discussion: """
      Examples:

        vitrine search light red dress --filter "price < 50"
        vitrine search --image photo.jpg -k 5
        vitrine search --like V1042 --filter 'colour = "Navy Blue"' --json
        vitrine search sneakers --facet brand --facet price --explain

      Filters know = != < <= > >=, in (a, b), between a and b, exists a, prefixes such as Nik*, \
      and, or, not and parentheses.
      """)

  @OptionGroup(title: "What to look for") var search: SearchOptions
  @OptionGroup(title: "Where") var index: IndexOptions
  @OptionGroup(title: "Where") var model: ModelOptions
  @OptionGroup(title: "How") var output: OutputOptions

  func run(in workspace: Workspace) async throws {
    let console = workspace.console
    let needsModel = !search.text.isEmpty || search.image != nil
    let engine = try workspace.engine(
      at: index.path(in: console), model: needsModel ? model : nil, readOnly: true)
    let schema = try engine.schema
    let response = try await engine.search(try search.query(schema: schema))
    if output.json { return try console.printJSON(response) }
    let view = ResultView(response, schema: schema)
    console.print(view.lines(width: console.width, style: console.style))
    for facet in response.facets ?? [] {
      console.print()
      console.print(DetailView.facet(facet, width: console.width, style: console.style))
    }
    for hit in search.explain ? response.hits : [] {
      console.print()
      console.print(console.style.bold(hit.id))
      console.print(DetailView.score(hit, width: console.width, style: console.style))
    }
  }
}
