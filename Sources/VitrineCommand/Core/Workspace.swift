import CLIP
import Foundation
import Synchronization
import Vitrine

/// What commands share: a console, and the indexes and models that are open.
///
/// An index may be open once per process, so the REPL and the commands it runs ask here for it.
package final class Workspace: Sendable {
  /// Where commands print.
  package let console: Console
  private let engines = Mutex<[String: Engine]>([:])
  private let models = Mutex<[String: CLIPModel]>([:])

  /// A workspace with nothing open.
  package init(console: Console) { self.console = console }

  /// The model that options name.
  func model(_ options: ModelOptions) throws -> CLIPModel {
    try model(at: options.directory(in: console), precision: options.precision)
  }

  /// The model of a directory, loaded the first time it is asked for.
  func model(at directory: String, precision: CLIPModel.Precision? = nil) throws -> CLIPModel {
    try models.withLock { models in
      if let loaded = models[directory] { return loaded }
      let model = try CLIPModel(directory: directory, precision: precision)
      models[directory] = model
      return model
    }
  }

  /// The index at a path, opened the first time it is asked for.
  ///
  /// - Parameter model: what embeds its queries; nil opens it without a model.
  func engine(at path: String, model: ModelOptions? = nil, readOnly: Bool = false) throws -> Engine
  {
    let path = URL(filePath: path).standardizedFileURL.path
    if let open = engines.withLock({ $0[path] }) { return open }
    guard Engine.exists(at: path) else {
      throw Failure.failure(
        "there is no index at \(path); make one with: vitrine index CATALOGUE --index \(path)")
    }
    let embedder = try model.map { CLIPEmbedder(try self.model($0)) }
    var options = Engine.Options()
    options.readOnly = readOnly
    let engine = try Engine(path: path, embedder: embedder, options: options)
    engines.withLock { $0[path] = engine }
    return engine
  }

  /// Remembers an index that was made just now.
  func remember(_ engine: Engine) {
    engines.withLock { $0[URL(filePath: engine.path).standardizedFileURL.path] = engine }
  }

  /// Runs work which Ctrl-C stops where it is safe to stop; a second Ctrl-C ends the process.
  func stoppable<R: Sendable>(_ work: @escaping @Sendable () async throws -> R) async throws -> R {
    let task = Task { try await work() }
    let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    source.setEventHandler { [console] in
      if task.isCancelled {
        signal(SIGINT, SIG_DFL)
        raise(SIGINT)
      }
      console.say("\nStopping after what is in work; Ctrl-C again to end at once.")
      task.cancel()
    }
    signal(SIGINT, SIG_IGN)
    source.resume()
    defer {
      source.cancel()
      signal(SIGINT, SIG_DFL)
    }
    return try await task.value
  }
}
