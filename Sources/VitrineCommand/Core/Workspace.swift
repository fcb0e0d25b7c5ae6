import BundledModel
import CLIP
import Foundation
import HNSW
import Synchronization
import Vitrine

/// What commands share: a console, and the indexes and models that are open.
///
/// An index may be open once per process, so the REPL and the commands it runs ask here for it.
package final class Workspace: Sendable {
  /// Where commands print.
  package let console: Console
  private let engines = Mutex<[String: Engine]>([:])
  private let models = Mutex<[ModelKey: CLIPModel]>([:])

  /// What tells loaded models apart.
  private struct ModelKey: Hashable {
    let directory: String
    let precision: CLIPModel.Precision
  }

  /// A workspace with nothing open.
  package init(console: Console) { self.console = console }

  /// The model that options name.
  func model(_ options: ModelOptions) throws -> CLIPModel {
    try model(at: options.directory(in: console), precision: options.precision)
  }

  /// The model of a directory, loaded the first time it is asked for.
  func model(at directory: String, precision: CLIPModel.Precision? = nil) throws -> CLIPModel {
    let key = ModelKey(directory: directory, precision: precision ?? .standard)
    return try models.withLock { models in
      if let loaded = models[key] { return loaded }
      guard FileManager.default.fileExists(atPath: directory) else {
        let advice =
          directory == BundledModel.directory
          ? "copy it together with the program, or name a model with --model"
          : "--model takes the folder of a CLIP model"
        throw Failure.failure("\(directory): there is no such folder; \(advice)")
      }
      let model = try CLIPModel(directory: directory, precision: key.precision)
      models[key] = model
      return model
    }
  }

  /// The index at a path: as it is open, or opened anew where that is not enough, for which nobody
  /// may hold the old engine any more.
  ///
  /// - Parameters:
  ///   - model: what embeds its queries; nil needs none.
  ///   - readOnly: whether nothing will be written.
  func engine(at path: String, model: ModelOptions? = nil, readOnly: Bool = false) throws -> Engine
  {
    let path = URL(filePath: path).standardizedFileURL.path
    guard Engine.exists(at: path) else {
      throw Failure.failure(
        "there is no index at \(path); make one with: vitrine index CATALOGUE --index \(path)")
    }
    var model = try model.map { try self.model($0) }
    var options = Engine.Options()
    options.readOnly = readOnly
    if let open = engines.withLock({ $0[path] }) {
      let opened = (open.embedder as? CLIPEmbedder)?.model
      if model == nil || model === opened, readOnly || !open.options.readOnly { return open }
      model = model ?? opened
      options.readOnly = readOnly && open.options.readOnly
    }
    // An index may be open once: the old engine goes before the new one comes.
    engines.withLock { $0[path] = nil }
    let engine = try Engine(path: path, embedder: model.map { CLIPEmbedder($0) }, options: options)
    engines.withLock { $0[path] = engine }
    return engine
  }

  /// The index with its model, or without one if it was imported so.
  func searchable(at path: String, model: ModelOptions, readOnly: Bool = false) throws -> Engine {
    let hasModel = try !engine(at: path, readOnly: readOnly).modelFingerprint.isEmpty
    return try engine(at: path, model: hasModel ? model : nil, readOnly: readOnly)
  }

  /// Makes an empty index.
  func create(
    at path: String, dimensions: Int, embedder: CLIPEmbedder?
  ) throws -> Engine {
    let engine = try Engine.create(
      path: path, configuration: IndexConfiguration(dimensions: dimensions),
      modelFingerprint: embedder?.fingerprint ?? "", embedder: embedder)
    engines.withLock { $0[URL(filePath: path).standardizedFileURL.path] = engine }
    return engine
  }

  /// Runs work that fills an index. Where it fails and leaves an index empty that it has made, that
  /// goes, with the folders that were made for it.
  func filling(_ path: String, _ work: () async throws -> Void) async throws {
    let path = URL(filePath: path).standardizedFileURL.path
    let isNew = !Engine.exists(at: path)
    let folders = Workspace.missingFolders(at: path)
    do {
      try await work()
    } catch {
      let made = isNew ? engines.withLock { $0[path] } : nil
      if let made, (try? made.deleteIfEmpty()) == true {
        engines.withLock { $0[path] = nil }
        // What has something in it stays, such as a report beside the index.
        for folder in folders { rmdir(folder) }
      }
      throw error
    }
  }

  /// The folders on the way to a path that are not there, from the inmost out.
  private static func missingFolders(at path: String) -> [String] {
    var missing: [String] = []
    var folder = URL(filePath: path)
    while !FileManager.default.fileExists(atPath: folder.path), folder.path != "/" {
      missing.append(folder.path)
      folder.deleteLastPathComponent()
    }
    return missing
  }

  /// Whether somebody further out stops the work already.
  @TaskLocal private static var isStoppable = false

  /// Runs work which Ctrl-C or SIGTERM stops where it is safe to stop; a second one ends the
  /// process.
  ///
  /// - Parameter numbers: the signals that stop it.
  func stoppable<R: Sendable>(
    by numbers: [Int32] = [SIGINT, SIGTERM], _ work: @escaping @Sendable () async throws -> R
  ) async throws -> R {
    if Workspace.isStoppable { return try await work() }
    let task = Task { try await Workspace.$isStoppable.withValue(true) { try await work() } }
    let handling = Signals.handle(numbers) { [console] number in
      if task.isCancelled { return Signals.end(by: number) }
      console.say("\nStopping after what is in work; Ctrl-C again to end at once.")
      task.cancel()
    }
    defer { handling.end() }
    return try await task.value
  }
}
