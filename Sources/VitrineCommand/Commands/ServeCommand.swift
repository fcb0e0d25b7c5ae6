import ArgumentParser
import Foundation
import Logging
import Metrics
import Synchronization
import Vitrine
import VitrineServer

struct ServeCommand: WorkspaceCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Answer searches over HTTP, with a page to look at products.",
    discussion: """
      Examples:

        vitrine serve --index Indexes/shop     # open http://127.0.0.1:8080
        vitrine serve --index old=Indexes/a --index new=Indexes/b
        VITRINE_API_KEYS=read:... vitrine serve --host 0.0.0.0

      Keys are lines or comma-separated entries read:KEY or write:KEY of 16 characters or more. \
      Without keys the server listens to this machine only. The interface is described at \
      /openapi.json; other processes may index meanwhile.
      """)

  @Option(
    name: .customLong("index"),
    help: ArgumentHelp(
      "Index to serve, by its folder's name or a name of its own. Repeatable.",
      valueName: "[name=]dir"))
  var indexes: [String] = []

  @OptionGroup var model: ModelOptions

  @Option(help: "Address to listen on.")
  var host = "127.0.0.1"

  @Option(help: "Port to listen on; 0 takes any that is free.")
  var port = 8080

  @Option(help: ArgumentHelp("File of API keys; or $VITRINE_API_KEYS.", valueName: "file"))
  var keys: String?

  @Option(
    name: .customLong("allow-origin"),
    help: ArgumentHelp(
      "Origin whose pages may call the server, such as https://shop.example. Repeatable.",
      valueName: "scheme://host[:port]"))
  var origins: [String] = []

  @Option(
    help: ArgumentHelp(
      "Folder for pictures of products that are PUT: uploads are kept in it, paths are below it.",
      valueName: "dir"))
  var imageRoot: String?

  @Option(help: "Requests worked on at one time; more are answered 429.")
  var concurrency = ServerConfiguration.Limits().concurrentRequests

  func validate() throws {
    if !(0...65535).contains(port) { throw ValidationError("--port must be from 0 to 65535") }
    if concurrency < 1 { throw ValidationError("--concurrency must be 1 or more") }
    for origin in origins {
      do {
        _ = try ServerConfiguration.origin(origin)
      } catch {
        throw ValidationError("--allow-origin: \(error)")
      }
    }
  }

  func run(in workspace: Workspace) async throws {
    let console = workspace.console
    var configuration = ServerConfiguration()
    configuration.host = host
    configuration.port = port
    configuration.keys = try readKeys(console)
    configuration.allowedOrigins = origins
    configuration.imageRoot = imageRoot
    configuration.limits.concurrentRequests = concurrency
    let metrics = PrometheusMetrics()
    MetricsSystem.bootstrap(metrics)
    let logger = Logger(label: "vitrine") { _ in ConsoleLog(console) }
    let engines = try engines(in: workspace)
    configuration.firstIndex = engines.first
    let server = try VitrineServer(
      engines: engines.byName, configuration: configuration, metrics: metrics, logger: logger)
    let signals = endingAtSecondSignal(console)
    defer { signals.end() }
    let shown = host.contains(":") ? "[\(host)]" : host
    try await server.run { port in
      console.say("Serving at http://\(shown):\(port)/ — Ctrl-C ends it")
    }
  }

  /// The first Ctrl-C or SIGTERM lets requests be finished, which is the server's own affair; who cannot wait
  /// for them sends a second one.
  private func endingAtSecondSignal(_ console: Console) -> Signals.Handling {
    let isEnding = Atomic(false)
    return Signals.handle([SIGINT, SIGTERM]) { _ in
      if isEnding.exchange(true, ordering: .relaxed) { Foundation.exit(130) }
      console.say("Finishing what is under way; once more ends at once.")
    }
  }

  /// The indexes, and the name of the one that was given first.
  private func engines(
    in workspace: Workspace
  ) throws -> (byName: [String: Engine], first: String?) {
    let given = indexes.isEmpty ? [IndexOptions.path(nil, in: workspace.console)] : indexes
    var engines: [String: Engine] = [:]
    var first: String?
    for entry in given {
      let parts = entry.split(separator: "=", maxSplits: 1).map(String.init)
      let path = parts.last ?? entry
      let name = parts.count == 2 ? parts[0] : URL(filePath: path).lastPathComponent
      guard engines[name] == nil else {
        throw Failure.usage("two indexes are called \"\(name)\": name one, as in other=\(path)")
      }
      engines[name] = try workspace.searchable(at: path, model: model)
      first = first ?? name
    }
    return (engines, first)
  }

  /// What is given but holds no key is a mistake that would let everybody in.
  private func readKeys(_ console: Console) throws -> APIKeys {
    guard
      let text = try keys.map({ String(decoding: try WholeFile.read($0), as: UTF8.self) })
        ?? console.environment["VITRINE_API_KEYS"]
    else { return APIKeys() }
    let read: APIKeys
    do {
      read = try APIKeys(parsing: text)
    } catch {
      throw Failure.usage("\(error)")
    }
    guard !read.isEmpty else {
      throw Failure.usage(
        "\(keys ?? "$VITRINE_API_KEYS"): expected read:KEY or write:KEY, found no key")
    }
    return read
  }
}
