public import HNSW
internal import Foundation
internal import LMDB
import Synchronization

/// An index of products that can be searched and changed: vectors, words and facts in one
/// directory.
///
/// Open an index once per process and share the engine between tasks: any number may search while
/// one writes, in this and in other processes, and every call sees the newest commit. Calls that
/// compute or wait for the disk leave the cooperative thread pool.
///
///     let engine = try Engine(path: "Indexes/shop", embedder: model)
///     let product = try await engine.product("15970")
public final class Engine: Sendable {
  /// How an index is opened.
  public struct Options: Sendable {
    /// Never write; works on read-only file systems. Default: false.
    public var readOnly = false
    /// Threads that insert and embed. Default: one per core.
    public var threads = ProcessInfo.processInfo.activeProcessorCount

    /// The defaults.
    public init() {}
  }

  /// The directory of the index.
  public let path: String
  /// The model that turns photographs and words into vectors, if there is one.
  public let embedder: (any Embedder)?
  /// How the index was opened.
  public let options: Options
  /// Folders and TAR files of photographs that are open, by their paths.
  let images = Mutex<[String: ImageRoot]>([:])
  let meters = SearchMeters()
  let textQueue: TextQueue
  private let opened: Mutex<OpenIndex>

  /// Opens the index at a path.
  ///
  /// - Throws: ``VitrineError``: ``VitrineError/noIndex(path:)``,
  ///   ``VitrineError/alreadyOpen(path:)``, ``VitrineError/otherFormat(path:found:expected:)``,
  ///   ``VitrineError/modelMismatch(index:model:)`` if `embedder` is not the model that the vectors
  ///   are of, and ``VitrineError/storage(_:)``.
  public init(
    path: String, embedder: (any Embedder)? = nil, options: Options = Options()
  ) throws(VitrineError) {
    let index = try OpenIndex(path: path, readOnly: options.readOnly)
    if let embedder { try index.check(embedder) }
    self.path = path
    self.embedder = embedder
    self.options = options
    textQueue = TextQueue(limit: max(1, options.threads))
    configuration = index.index.configuration
    opened = Mutex(index)
  }

  /// Makes an empty index and opens it.
  ///
  /// - Parameters:
  ///   - path: a directory that is not there yet, or is empty.
  ///   - configuration: dimensions, storage and graph of the vectors, constant from then on.
  ///   - modelFingerprint: the ``Embedder/fingerprint`` of the model that the vectors are of.
  ///   - schema: what is known of the attributes; ingestion adds what it finds.
  ///   - embedder: that model, if there is one to embed with.
  ///   - options: how the index is opened.
  /// - Throws: ``VitrineError/indexExists(path:)`` and what ``init(path:embedder:options:)`` throws.
  public static func create(
    path: String, configuration: IndexConfiguration, modelFingerprint: String,
    schema: Schema = Schema(), embedder: (any Embedder)? = nil, options: Options = Options()
  ) throws(VitrineError) -> Engine {
    let schema = try Schema().merged(given: schema, inferred: [])
    try OpenIndex.create(
      path: path, configuration: configuration,
      description: IndexDescription(model: modelFingerprint, schema: schema))
    return try Engine(path: path, embedder: embedder, options: options)
  }

  /// Whether there is an index, readable or not, at a path.
  public static func exists(at path: String) -> Bool {
    FileManager.default.fileExists(atPath: path + "/data.mdb")
  }

  /// The attributes of the index as they are now.
  public var schema: Schema { get throws(VitrineError) { try description.schema } }

  /// How many products there are. O(1).
  public var count: Int { get throws { try read { _, snapshot, _ in snapshot.count } } }

  /// The fingerprint of the model that the vectors are of.
  public var modelFingerprint: String { get throws(VitrineError) { try description.model } }

  /// The folder or TAR file that the photographs were read from last, as an absolute path.
  public var imageRoot: String? { get throws(VitrineError) { try description.images } }

  /// What the vectors and their graph were made with.
  public let configuration: IndexConfiguration

  /// What the index says of itself, as of now.
  var description: IndexDescription {
    get throws(VitrineError) {
      let index = try current
      return try storing(path) {
        try index.environment.read { (txn: borrowing ReadTransaction) in
          try index.description(in: txn)
        }
      }
    }
  }

  /// The index as it is open now. When a compaction, of this process or another, has put a new
  /// one in its place, that is opened; unless it is of another model.
  var current: OpenIndex {
    get throws(VitrineError) {
      try opened.withLock { index throws(VitrineError) in
        if index.environment.isReplaced {
          let next: OpenIndex
          do throws(VitrineError) {
            next = try OpenIndex(path: path, readOnly: options.readOnly)
          } catch .alreadyOpen {
            throw .storage("another data.mdb was put into \(path) while it was open: start again")
          }
          if let embedder { try next.check(embedder) }
          guard next.index.configuration == configuration else {
            throw .storage("\(path) was replaced by an index of another kind: open it again")
          }
          index = next
        }
        return index
      }
    }
  }

  /// Runs work that writes, again if a compaction has put another index in the place of this one.
  func writing<R>(_ work: (OpenIndex) throws -> R) throws(VitrineError) -> R {
    while true {
      let index = try current
      do {
        return try work(index)
      } catch let error as LMDBError where error.code == .replaced {
        continue
      } catch {
        throw VitrineError(error, path: path)
      }
    }
  }

  /// Commits changes in one transaction: all or nothing.
  @discardableResult
  func commit(_ changes: Changes, threads: Int) throws(VitrineError) -> ChangeCounts {
    try writing { try $0.commit(changes, threads: threads) }
  }

  /// Changes the description in a transaction of its own, if it is to change at all.
  @discardableResult
  func updateDescription(
    _ change: (inout IndexDescription) throws -> Void
  ) throws(VitrineError) -> IndexDescription {
    try writing { try $0.updateDescription(change) }
  }

  /// Lends one snapshot of everything: the transaction, its vectors and its products.
  ///
  /// Runs on the caller's thread; nothing lent may outlive `body`.
  ///
  /// - Throws: what `body` throws; what the modules below throw as ``VitrineError``.
  func read<R>(
    _ body: (borrowing ReadTransaction, borrowing Snapshot, ProductStore) throws -> R
  ) throws -> R {
    let index = try current
    do {
      return try index.environment.read { (txn: borrowing ReadTransaction) in
        let store = try index.store(in: txn)
        return try index.index.withSnapshot(txn) { (snapshot: borrowing Snapshot) in
          try body(txn, snapshot, store)
        }
      }
    } catch let error where error is LMDBError || error is HNSWError {
      throw VitrineError(error, path: path)
    }
  }
}
