public import Kernels
public import LMDB
package import Synchronization

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// A vector index in an LMDB environment, which it shares with whatever else belongs to the
/// vectors: one transaction covers all of it.
///
/// Any thread may search while one writes, in this and in other processes. Make one per
/// environment and keep it: it caches where the blocks of the last snapshot lie.
///
///     try environment.write { txn in
///       try VectorIndex.create(in: txn, configuration: IndexConfiguration(dimensions: 512))
///     }
///     let index = try VectorIndex(environment: environment)
///     try environment.write { txn in
///       try index.write(txn) { writer in try writer.upsert(ids: ids, vectors: vectors) }
///     }
///     let hits = try environment.read { txn in
///       try index.withSnapshot(txn) { snapshot in try snapshot.search(query.span).hits }
///     }
public final class VectorIndex: Sendable {
  /// The environment that holds the index.
  public let environment: Environment
  /// What the index was made with.
  public let configuration: IndexConfiguration
  let kernels: Kernels
  let scratch: ScratchPool
  let buildScratch: BuildScratchPool
  private let cache: Mutex<ResolvedIndex?>
  /// The last change flushed by this process: the transaction and the generation it made.
  let lastWrite = Mutex<(transaction: Int, generation: UInt64)>((-1, 0))

  /// Makes an empty index in the transaction's environment.
  ///
  /// - Throws: `HNSWError.invalidConfiguration`, `.alreadyExists`, `LMDBError`.
  public static func create(
    in txn: borrowing WriteTransaction, configuration: IndexConfiguration
  ) throws {
    try configuration.validate()
    let pageSize = Int(getpagesize())
    guard try IndexState.headerBytes(in: SnapshotTransaction(txn)) == nil else {
      throw HNSWError.alreadyExists
    }
    let header = IndexHeader(configuration: configuration, pageSize: pageSize)
    _ = try WorkingIndex(.empty(header), kernels: .best).flush(in: txn)
  }

  /// Opens the index of an environment: reads its header, and checks the last block of each kind.
  /// Where the others lie is looked up later: of some by the first search, of all before whatever
  /// comes then, which takes about a millisecond for a million vectors.
  ///
  /// - Throws: `HNSWError.notFound`, `.olderFormat`, `.newerFormat`, `.otherPageSize`,
  ///   `.corrupted`, `LMDBError`.
  public init(environment: Environment, kernels: Kernels = .best) throws {
    let pageSize = environment.information.pageSize
    let resolved = try environment.read { txn in
      let txn = SnapshotTransaction(txn)
      guard let bytes = try IndexState.headerBytes(in: txn) else {
        throw HNSWError.notFound(path: environment.path)
      }
      let header = try IndexHeader(bytes, pageSize: pageSize)
      let state = try IndexState(unresolved: header, in: txn)
      try state.checkSample()
      return ResolvedIndex(state, header: bytes, kernels: kernels, isPending: true)
    }
    self.environment = environment
    self.kernels = kernels
    cache = Mutex(resolved)
    configuration = resolved.configuration
    scratch = ScratchPool(codeBytes: configuration.codeBytes)
    buildScratch = BuildScratchPool(configuration)
  }

  /// Lends `body` the index as the transaction sees it.
  ///
  /// The blocks are looked up once per change of the index, about a millisecond for a million
  /// vectors, and shared by all threads. The snapshot ends with `body`.
  ///
  /// - Throws: what `body` throws, `HNSWError.notFound`, `.corrupted`, and `LMDBError`: also after
  ///   `body` if it came upon a block whose place is damaged.
  public func withSnapshot<R>(
    _ txn: borrowing ReadTransaction, _ body: (borrowing Snapshot) throws -> R
  ) throws -> R {
    let core = SnapshotTransaction(txn)
    let resolved = try resolve(core)
    try resolved.check()
    let result = try body(Snapshot(resolved: resolved, index: self, transaction: core))
    try resolved.check()
    return result
  }

  /// The state that a read transaction sees, from the cache if it is still that.
  private func resolve(_ txn: borrowing SnapshotTransaction) throws -> ResolvedIndex {
    let bytes = try headerBytes(in: txn)
    if let cached = cache.withLock({ $0 }), cached.isCurrent(bytes) { return cached }
    let header = try IndexHeader(bytes, pageSize: environment.information.pageSize)
    let resolved = ResolvedIndex(
      try IndexState(header: header, in: txn), header: bytes, kernels: kernels)
    cache.withLock { cached in
      if (cached?.state.header.generation ?? 0) <= header.generation { cached = resolved }
    }
    return resolved
  }

  private func headerBytes(
    in txn: borrowing SnapshotTransaction
  ) throws -> UnsafeRawBufferPointer {
    guard let bytes = try IndexState.headerBytes(in: txn) else {
      throw HNSWError.notFound(path: environment.path)
    }
    return bytes
  }

  func header(in txn: borrowing SnapshotTransaction) throws -> IndexHeader {
    try IndexHeader(headerBytes(in: txn), pageSize: environment.information.pageSize)
  }

  /// Lends `body` a writer, and stores what it has changed when `body` returns.
  ///
  /// The cost is that of the changes, not of the index. If this throws, the transaction must not
  /// be committed. One `write` per transaction.
  ///
  /// - Parameters:
  ///   - txn: the transaction that the changes are part of.
  ///   - threads: how many threads insert; with one the graph depends on the seed and the order of
  ///     the vectors alone.
  ///   - body: what changes the index.
  public func write<R>(
    _ txn: borrowing WriteTransaction, threads: Int = 1,
    _ body: (borrowing Writer) throws -> R
  ) throws -> R {
    let core = SnapshotTransaction(txn)
    let header = try header(in: core)
    let mark = (transaction: txn.id, generation: header.generation)
    guard lastWrite.withLock({ $0 != mark }) else { throw HNSWError.alreadyWritten }
    let state = try IndexState(header: header, in: core)
    let working = WorkingIndex(state.writable(), kernels: kernels)
    let directory = try SlotDirectory(creatingIn: txn)
    let result = try withUnsafePointer(to: txn) { transaction in
      try body(
        Writer(
          working: working, directory: directory, threads: max(1, threads), scratch: buildScratch,
          transaction: transaction))
    }
    working.repairIfNeeded(threads: max(1, threads), scratch: buildScratch)
    let written = try working.flush(in: txn)
    lastWrite.withLock { $0 = (txn.id, working.state.header.generation) }
    bytesWritten.withLock { $0 += written }
    return result
  }

  /// Bytes of blocks that this index has handed to LMDB since it was opened.
  package let bytesWritten = Mutex(0)
}
