import CLMDB

/// A transaction that changes an environment; it sees its own changes.
public struct WriteTransaction: Transaction, ~Copyable {
  /// The transaction's connection to LMDB.
  public let core: TransactionCore

  init(_ handle: OpaquePointer, environment: Environment) {
    core = TransactionCore(handle: handle, environment: environment, isWriting: true)
  }

  /// The database of that name, made if it does not exist.
  ///
  /// - Parameters:
  ///   - name: at most as long as a key may be.
  ///   - integerKeys: keys are `UInt32` (all of them) or `UInt64` (all of them), which LMDB then
  ///     compares as numbers. Ignored if the database exists.
  public func createDatabase(
    named name: String, integerKeys: Bool = false
  ) throws(LMDBError) -> Database {
    if let existing = try database(named: name) { return existing }
    let flags = UInt32(MDB_CREATE) | (integerKeys ? UInt32(MDB_INTEGERKEY) : 0)
    let (status, database) = openDatabase(name, flags: flags, in: core.handle)
    try core.check(status, "create database “\(name)” in")
    core.environment.writer.opened.append(database)
    return database
  }

  /// Stores `value` for `key`, replacing what was there. O(log n).
  ///
  /// - Throws: `.mapFull`, `.transactionFull`, `.badValueSize`.
  public func put<Key: LMDBKey>(
    _ value: RawSpan, in database: Database, for key: Key
  ) throws(LMDBError) {
    try value.withUnsafeBytes { bytes throws(LMDBError) in
      var value = MDB_val(bytes)
      try store(&value, in: database, for: key, flags: 0)
    }
  }

  /// Stores the bytes of `value` for `key`, replacing what was there.
  public func put<Key: LMDBKey>(
    _ value: [UInt8], in database: Database, for key: Key
  ) throws(LMDBError) {
    try put(value.span.bytes, in: database, for: key)
  }

  /// Stores `value` for a key that is greater than every other: without a search, on full pages.
  ///
  /// - Throws: `.keyExists` if the key is not greater, and what `put` throws.
  public func append<Key: LMDBKey>(
    _ value: RawSpan, in database: Database, for key: Key
  ) throws(LMDBError) {
    try value.withUnsafeBytes { bytes throws(LMDBError) in
      var value = MDB_val(bytes)
      try store(&value, in: database, for: key, flags: UInt32(MDB_APPEND))
    }
  }

  /// Makes room for a value, all of whose bytes are to be written, and says where: valid until the
  /// transaction's next change.
  /// `appending` is for a key that is greater than every other, as in ``append(_:in:for:)``.
  package func reserveAddress<Key: LMDBKey>(
    _ byteCount: Int, in database: Database, for key: Key, appending: Bool = false
  ) throws(LMDBError) -> UnsafeMutableRawBufferPointer {
    var value = MDB_val(mv_size: byteCount, mv_data: nil)
    let flags = UInt32(MDB_RESERVE) | (appending ? UInt32(MDB_APPEND) : 0)
    try store(&value, in: database, for: key, flags: flags)
    return UnsafeMutableRawBufferPointer(start: value.mv_data, count: byteCount)
  }

  /// Removes the value of `key`; `false` if there was none. O(log n).
  @discardableResult
  public func delete<Key: LMDBKey>(
    _ key: Key, in database: Database
  ) throws(LMDBError) -> Bool {
    let status =
      database.hasIntegerKeys
      ? IntegerKey(key).withPointer { mdb_del(core.handle, database.handle, &$0, nil) }
      : key.withPointer { mdb_del(core.handle, database.handle, &$0, nil) }
    if status == MDB_NOTFOUND { return false }
    try core.check(status, "delete from “\(database.name)” of")
    return true
  }

  private func store<Key: LMDBKey>(
    _ value: inout MDB_val, in database: Database, for key: Key, flags: UInt32
  ) throws(LMDBError) {
    func put(_ key: inout MDB_val, _ value: inout MDB_val) -> Int32 {
      mdb_put(core.handle, database.handle, &key, &value, flags)
    }
    let status =
      database.hasIntegerKeys
      ? IntegerKey(key).withPointer { put(&$0, &value) } : key.withPointer { put(&$0, &value) }
    try core.check(status, "write “\(database.name)” of")
  }
}
