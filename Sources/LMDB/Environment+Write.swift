import CLMDB
import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// What the write transaction of the moment has met. Touched only under the writer lock.
final class WriterState: @unchecked Sendable {
  // Sendable: `thread` is atomic and the rest belongs to the holder of the writer lock.

  /// The thread that writes; zero if none does.
  private let thread = Atomic<UInt>(0)
  /// Databases opened by the transaction, known to others once it has committed.
  var opened: [Database] = []
  /// Whether an operation of the transaction found the map full.
  var isMapFull = false

  func isWriting(_ candidate: UInt) -> Bool { thread.load(ordering: .relaxed) == candidate }
  func begin(_ newThread: UInt) { thread.store(newThread, ordering: .relaxed) }
  func end() { thread.store(0, ordering: .relaxed) }

  func reset() {
    opened.removeAll()
    isMapFull = false
  }
}

extension Environment {
  /// Calls `body` with a transaction that may change the environment: committed when `body`
  /// returns, rolled back when it throws.
  ///
  /// One transaction writes at a time; others, of this and other processes, block their thread
  /// until it ends. Should the map have to grow, the transaction is rolled back and `body` is
  /// run again, so it must have no effects that cannot be repeated.
  ///
  /// - Throws: `.readOnly`, `.replaced`, `.nested` if this thread reads or writes the environment
  ///   already, `.mapFull`, `.diskFull`, and what `body` throws. The environment is then as before.
  public func write<R>(_ body: (borrowing WriteTransaction) throws -> R) throws -> R {
    try lockForWriting()
    defer { unlockForWriting() }
    while true {
      let transaction = try beginWriting()
      let result: R
      do {
        result = try body(WriteTransaction(transaction, environment: self))
      } catch {
        mdb_txn_abort(transaction)
        guard writer.isMapFull else { throw error }
        try grow()
        continue
      }
      if try commit(transaction) { return result }
      try grow()
    }
  }

  /// Commits; `false`, with nothing stored, if the map was or is full.
  private func commit(_ transaction: OpaquePointer) throws(LMDBError) -> Bool {
    guard !writer.isMapFull else {
      mdb_txn_abort(transaction)
      return false
    }
    // Handles opened by this transaction are published by its commit: keep others out until
    // they are known.
    databases.lock.lock()
    defer { databases.lock.unlock() }
    let status = mdb_txn_commit(transaction)
    if status == MDB_MAP_FULL { return false }
    // LMDB calls a write that a full disk cut short an input/output error.
    try check(status == EIO && isDiskFull(registration.location) ? ENOSPC : status, "commit to")
    if !writer.opened.isEmpty { databases.add(writer.opened) }
    return true
  }

  private func lockForWriting() throws(LMDBError) {
    if options.readOnly {
      throw LMDBError(
        .readOnly, operation: "write", path: path, reason: "it was opened for reading only")
    }
    let thread = currentThread()
    if writer.isWriting(thread) || readers.isReading(thread) {
      throw LMDBError(
        .nested, operation: "write", path: path,
        reason: "this thread is inside a transaction of it already; end that first")
    }
    writerLock.lock()
    writer.begin(thread)
  }

  private func unlockForWriting() {
    writer.end()
    writerLock.unlock()
  }

  /// Begins a write transaction that has every existing database open.
  private func beginWriting() throws(LMDBError) -> OpaquePointer {
    writer.reset()
    // A reader that was killed would keep its pages from being reused.
    try checkReaders()
    while true {
      let known = databases.count
      var transaction: OpaquePointer?
      let status = mdb_txn_begin(handle, nil, 0, &transaction)
      if status == MDB_MAP_RESIZED {
        try adoptGrownFile()
        continue
      }
      try check(status, "write")
      guard let transaction else { continue }
      guard !isReplaced else {
        mdb_txn_abort(transaction)
        throw LMDBError(
          .replaced, operation: "write", path: path,
          reason: "it was replaced since it was opened; open it again")
      }
      if entryCount(transaction, mainDatabase) <= known { return transaction }
      mdb_txn_abort(transaction)
      readers.release(try beginReading())
    }
  }
}
