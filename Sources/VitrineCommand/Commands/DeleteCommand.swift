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

  @Argument(help: "Ids of products.")
  var ids: [String] = []

  @Option(help: ArgumentHelp("Delete all for which this holds.", valueName: "expr"))
  var filter: String?

  @OptionGroup var index: IndexOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if ids.isEmpty == (filter == nil) {
      throw ValidationError("give ids or --filter, one of the two")
    }
  }

  func run(in workspace: Workspace) async throws {
    let engine = try workspace.engine(at: index.path(in: workspace.console))
    let count: Int
    if let filter {
      count = try await engine.delete(matching: try Filter.parse(filter, schema: try engine.schema))
    } else {
      count = try await engine.delete(ids: ids)
    }
    if output.json { return try workspace.console.printJSON(["deleted": count]) }
    workspace.console.print("\(Numbers.grouped(count)) deleted")
    if filter == nil, count < Set(ids).count {
      workspace.console.say("\(Set(ids).count - count) of the ids are not in the index")
    }
  }
}
