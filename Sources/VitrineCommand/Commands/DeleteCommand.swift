import ArgumentParser
import Vitrine

struct DeleteCommand: WorkspaceCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete", abstract: "Delete products by id or by a filter.",
    discussion: """
      Examples:

        vitrine delete V1001 V1002 --index Indexes/shop
        vitrine delete --filter "in_stock = false and price > 100"
      """)

  @Argument(help: "Ids of products.", completion: .products)
  var ids: [String] = []

  @Option(
    help: ArgumentHelp(
      "Delete all for which this holds. Repeatable: all of them must hold.", valueName: "expr"))
  var filter: [String] = []

  @OptionGroup var index: IndexOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if ids.isEmpty == filter.isEmpty {
      throw ValidationError("give ids or --filter, one of the two")
    }
  }

  func run(in workspace: Workspace) async throws {
    let engine = try workspace.engine(at: index.path(in: workspace.console))
    var absent: [String] = []
    for id in ids {
      if try await engine.product(id) == nil { absent.append("\"\(id)\"") }
    }
    let count =
      if let filter = try Filter.all(filter, schema: try engine.schema) {
        try await engine.delete(matching: filter)
      } else {
        try await engine.delete(ids: ids)
      }
    if output.json {
      try workspace.console.printJSON(["deleted": count])
    } else {
      workspace.console.print("\(Numbers.grouped(count)) deleted")
    }
    if !absent.isEmpty {
      throw Failure.failure("not in the index: \(absent.joined(separator: ", "))")
    }
  }
}
