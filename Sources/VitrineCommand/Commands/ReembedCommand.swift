import ArgumentParser
import Vitrine

struct ReembedCommand: WorkspaceCommand {
  static let configuration = CommandConfiguration(
    commandName: "reembed", abstract: "Bring an index to another model.",
    discussion: """
      Looks at all photographs anew with the model, fills an index of its vectors beside this one, and \
      exchanges the two at once; others may search meanwhile, and have to be started again with the new \
      model afterwards. Ids and attributes stay. Needs as much free disk as the index is large. When \
      stopped, or when a photograph cannot be used, all is left as it is.

      Examples:

        vitrine reembed --model fashion-clip --index Indexes/shop
        vitrine reembed --images photos.tar --leave-out --index Indexes/shop
      """)

  @OptionGroup var index: IndexOptions
  @OptionGroup var model: ModelOptions

  @Option(
    help: ArgumentHelp(
      "Folder or TAR file where images are looked for first.", valueName: "dir|tar"))
  var images: String?

  @Option(help: "Threads; by default one for each CPU.")
  var threads: Int?

  @Flag(help: "Go on without the products whose images cannot be used.")
  var leaveOut = false

  @Flag(inversion: .prefixedNo, help: "Put the index in order at the end, if it is large.")
  var compact = true

  @Option(help: ArgumentHelp("Where to list the images that cannot be used.", valueName: "file"))
  var report: String?

  @OptionGroup var output: OutputOptions

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads must be 1 or more") }
  }

  func run(in workspace: Workspace) async throws {
    let console = workspace.console
    let path = index.path(in: console)
    let engine = try workspace.engine(at: path)
    let embedder = CLIPEmbedder(try workspace.model(model))
    var options = ReembedOptions()
    options.images = images
    options.threads = threads
    options.leavesOut = leaveOut
    options.compacts = compact
    options.reportPath = index.reportPath(report, in: console)
    let settled = options
    _ = try await workspace.ingesting(json: output.json, of: "product") { progress in
      try await engine.reembed(with: embedder, options: settled, progress: progress)
    }
  }
}
