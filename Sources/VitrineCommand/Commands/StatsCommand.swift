import ArgumentParser
import Vitrine

struct StatsCommand: WorkspaceCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats", abstract: "Show what an index holds.",
    discussion: """
      Counts, sizes, the model, the attributes with their most frequent values and ranges, and the \
      health of the graph.

      Example:

        vitrine stats --index Indexes/shop
      """)

  @OptionGroup var index: IndexOptions
  @OptionGroup var output: OutputOptions

  func run(in workspace: Workspace) async throws {
    let console = workspace.console
    let engine = try workspace.engine(at: index.path(in: console), readOnly: true)
    let statistics = try await engine.statistics()
    let facets = try await engine.facets(
      statistics.attributes.filter { $0.kind != .text }.map { FacetRequest($0.name, limit: 4) })
    if output.json {
      return try console.printJSON(CountedStatistics(statistics: statistics, facets: facets))
    }
    let view = StatisticsView(statistics: statistics, facets: facets, path: engine.path)
    console.print(view.lines(width: console.width, style: console.style))
  }
}

/// What an index holds, with the most frequent values and the ranges of its attributes.
private struct CountedStatistics: Encodable {
  let statistics: EngineStatistics
  let facets: [Facet]

  private enum CodingKeys: String, CodingKey { case facets }

  func encode(to encoder: any Encoder) throws {
    try statistics.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(facets, forKey: .facets)
  }
}
