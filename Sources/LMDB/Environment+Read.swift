import CLMDB

extension Environment {
  /// Calls `body` with a transaction that sees the last commit, whatever is written meanwhile.
  ///
  /// Cheap (tens of nanoseconds) and callable from any thread and task, also within another
  /// read or a write. Keep it short: pages that a snapshot sees cannot be reused, so a long
  /// read makes the file grow. It must not wait for a write of this process, which may have to
  /// wait for all reads to end. Nothing obtained from the transaction may outlive `body`.
  ///
  /// - Throws: `.readersFull`, and what `body` throws.
  public func read<R>(_ body: (borrowing ReadTransaction) throws -> R) throws -> R {
    let slot = try beginReading()
    defer { readers.release(slot) }
    guard let transaction = slot.pointee.transaction else {
      throw LMDBError(status: MDB_BAD_TXN, operation: "read", path: path)
    }
    return try body(ReadTransaction(transaction, environment: self))
  }

  /// Begins a read with every database of the snapshot open.
  func beginReading() throws(LMDBError) -> UnsafeMutablePointer<ReaderPool.Slot> {
    while true {
      let known = databases.count
      let slot = try beginSnapshot()
      if let transaction = slot.pointee.transaction,
        entryCount(transaction, mainDatabase) <= known
      {
        return slot
      }
      try openNewDatabases(slot, known: known)
    }
  }

  /// Claims a reader and begins its transaction.
  func beginSnapshot() throws(LMDBError) -> UnsafeMutablePointer<ReaderPool.Slot> {
    var holdingTransaction = false
    var staleReadersCleared = false
    while true {
      guard let slot = readers.claim(holdingTransaction: holdingTransaction) else {
        throw LMDBError(status: MDB_READERS_FULL, operation: "read", path: path)
      }
      let status = begin(slot)
      if status == MDB_SUCCESS { return slot }
      readers.release(slot)
      switch status {
      case MDB_MAP_RESIZED: try followGrownFile()
      case MDB_READERS_FULL where !staleReadersCleared:
        try checkReaders()
        staleReadersCleared = true
      case MDB_READERS_FULL where !holdingTransaction: holdingTransaction = true
      default: try check(status, "read")
      }
    }
  }

  /// The snapshot of a begun read.
  func snapshotID(_ slot: UnsafeMutablePointer<ReaderPool.Slot>) -> Int {
    mdb_txn_id(slot.pointee.transaction)
  }

  /// Begins or renews the transaction of a claimed slot.
  private func begin(_ slot: UnsafeMutablePointer<ReaderPool.Slot>) -> Int32 {
    if let transaction = slot.pointee.transaction { return mdb_txn_renew(transaction) }
    return mdb_txn_begin(handle, nil, UInt32(MDB_RDONLY), &slot.pointee.transaction)
  }

  /// Opens the databases that another process made, in the slot's transaction, and ends that.
  /// Does nothing if others have opened some since the transaction began, when `known` were:
  /// it would give their handles away again.
  private func openNewDatabases(
    _ slot: UnsafeMutablePointer<ReaderPool.Slot>, known: Int
  ) throws(LMDBError) {
    defer { readers.release(slot) }
    databases.lock.lock()
    defer { databases.lock.unlock() }
    guard let transaction = slot.pointee.transaction, databases.count == known else { return }
    try check(openMainDatabase(transaction), "read")
    var opened: [Database] = []
    for name in databaseNames(in: transaction) where databases[name] == nil {
      let (status, database) = openDatabase(name, in: transaction)
      try check(status, "open database “\(name)” of")
      opened.append(database)
    }
    slot.pointee.transaction = nil
    try check(mdb_txn_commit(transaction), "read")
    databases.add(opened)
  }

  /// Sets the main database's key order, which a cursor over it needs.
  private func openMainDatabase(_ transaction: OpaquePointer) -> Int32 {
    var handle: MDB_dbi = 0
    return mdb_dbi_open(transaction, nil, 0, &handle)
  }
}

extension Environment {
  /// The handle of a database that some snapshot has.
  func database(named name: String) -> Database? {
    if let known = databases[name] { return known }
    guard writer.isWriting(currentThread()) else { return nil }
    return writer.opened.first { $0.name == name }
  }
}
