internal import HNSW
internal import LMDB
import Synchronization

/// One open environment with its vectors and products.
final class OpenIndex: Sendable {
  let environment: Environment
  let index: VectorIndex
  private let cached = Mutex<Known?>(nil)

  /// What was read at one revision of the description: catalogues may have hundreds of attributes,
  /// and reading them anew would cost more than a search.
  private struct Known {
    let revision: UInt64
    let description: IndexDescription
    let store: ProductStore
  }

  /// Opens the index of a directory.
  init(path: String, readOnly: Bool) throws(VitrineError) {
    guard Engine.exists(at: path) else { throw .noIndex(path: path) }
    (environment, index) = try storing(path) {
      var options = Environment.Options()
      options.readOnly = readOnly
      let environment = try Environment(path: path, options: options)
      try environment.read { (txn: borrowing ReadTransaction) in
        _ = try IndexDescription(in: txn, path: path)
      }
      return (environment, try VectorIndex(environment: environment))
    }
  }

  /// Makes an empty index in a directory that holds none.
  static func create(
    path: String, configuration: IndexConfiguration, description: IndexDescription
  ) throws(VitrineError) {
    try storing(path) {
      try FileBytes.makeFolder(path)
      try Environment(path: path).write { (txn: borrowing WriteTransaction) in
        guard try IndexDescription.revision(in: txn) == 0 else {
          throw VitrineError.indexExists(path: path)
        }
        try VectorIndex.create(in: txn, configuration: configuration)
        _ = try ProductStore(creatingIn: txn, schema: description.schema)
        try description.write(in: txn)
      }
    }
  }

  /// Refuses a model whose vectors are not those of the index.
  func check(_ embedder: any Embedder) throws(VitrineError) {
    let description = try storing(environment.path) {
      try environment.read { (txn: borrowing ReadTransaction) in try self.description(in: txn) }
    }
    guard description.model == embedder.fingerprint else {
      throw .modelMismatch(index: description.model, model: embedder.fingerprint)
    }
    guard index.configuration.dimensions == embedder.dimensions else {
      throw .dimensionMismatch(
        expected: index.configuration.dimensions, found: embedder.dimensions)
    }
  }

  /// The products that a transaction sees.
  func store(in txn: borrowing ReadTransaction) throws -> ProductStore {
    try known(in: txn).store
  }

  /// What the index says of itself in a transaction.
  func description(in txn: borrowing ReadTransaction) throws -> IndexDescription {
    try known(in: txn).description
  }

  private func known(in txn: borrowing ReadTransaction) throws -> Known {
    let revision = try IndexDescription.revision(in: txn)
    if let known = cached.withLock({ $0 }), known.revision == revision { return known }
    let description = try IndexDescription(in: txn, path: environment.path)
    guard var store = try ProductStore(in: txn, schema: description.schema) else {
      throw VitrineError.damaged("its products")
    }
    store.revision = revision
    let known = Known(revision: revision, description: description, store: store)
    cached.withLock { $0 = known }
    return known
  }
}

/// Runs work on an index and says what fails in the engine's own errors.
func storing<R>(_ path: String, _ work: () throws -> R) throws(VitrineError) -> R {
  do {
    return try work()
  } catch {
    throw VitrineError(error, path: path)
  }
}

/// The same for work that may be cancelled, which is no error of the storage.
func storingUnlessCancelled<R>(_ path: String, _ work: () throws -> R) throws -> R {
  do {
    return try work()
  } catch let error as CancellationError {
    throw error
  } catch {
    throw VitrineError(error, path: path)
  }
}

extension VitrineError {
  /// The error of a module below as one of the engine.
  init(_ error: any Error, path: String) {
    switch error {
    case let error as VitrineError: self = error
    case let error as LMDBError where error.code == .alreadyOpen: self = .alreadyOpen(path: path)
    case HNSWError.newerFormat(let found, let expected),
      HNSWError.olderFormat(let found, let expected):
      self = .otherFormat(path: path, found: found, expected: expected)
    case HNSWError.invalidConfiguration, HNSWError.invalidVector, HNSWError.invalidID:
      self = .invalidArgument("\(error)")
    case HNSWError.wrongDimensions(let expected, let found):
      self = .dimensionMismatch(expected: expected, found: found)
    case HNSWError.notFound: self = .noIndex(path: path)
    default: self = .storage("\(error)")
    }
  }
}
