import CLMDB

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// What read and write transactions have in common: everything that reads.
///
/// A transaction lives as long as the closure it was handed to, on that closure's thread. The
/// bytes it lends are in the page cache and cannot escape the closures they are lent to.
public protocol Transaction: ~Copyable {
  /// The transaction's connection to LMDB.
  var core: TransactionCore { get }
}

/// The inside of a transaction; nothing can be done with it but through `Transaction`.
public struct TransactionCore {
  let handle: OpaquePointer
  // A transaction exists only within a call of a method of its environment.
  unowned(unsafe) let environment: Environment
  /// Whether pages may have been changed, which then lie anywhere in memory.
  let isWriting: Bool
}

/// A snapshot of an environment.
public struct ReadTransaction: Transaction, ~Copyable {
  /// The transaction's connection to LMDB.
  public let core: TransactionCore

  init(_ handle: OpaquePointer, environment: Environment) {
    core = TransactionCore(handle: handle, environment: environment, isWriting: false)
  }
}

extension Transaction where Self: ~Copyable {
  /// The snapshot's number: that of the last commit it sees or, when writing, of its own.
  public var id: Int { mdb_txn_id(core.handle) }

  /// The database of that name, or `nil` if the snapshot has none.
  public func database(named name: String) throws(LMDBError) -> Database? {
    guard let known = core.environment.database(named: name) else { return nil }
    return try treeRecord(named: name) == nil ? nil : known
  }

  /// The record of a database's tree.
  func treeRecord(named name: String) throws(LMDBError) -> UnsafeRawBufferPointer? {
    try entry(for: name, in: mainDatabase, "look up “\(name)” in")
  }

  /// The names of the snapshot's databases, in order. For tests, which look at all there is.
  package var databaseNames: [String] { LMDB.databaseNames(in: core.handle) }

  /// Lends `body` the value stored for `key`; `nil` without calling it if there is none.
  ///
  /// One descent of the B-tree, O(log n). The bytes are aligned to two, no more.
  public func withValue<Key: LMDBKey, R>(
    in database: Database, for key: Key, _ body: (RawSpan) throws -> R
  ) throws -> R? {
    guard let bytes = try address(in: database, for: key) else { return nil }
    return try body(RawSpan(_unsafeBytes: bytes))
  }

  /// A copy of the value stored for `key`, or `nil`.
  public func get<Key: LMDBKey>(
    in database: Database, for key: Key
  ) throws(LMDBError) -> [UInt8]? {
    try address(in: database, for: key).map { [UInt8]($0) }
  }

  /// The number of entries. O(1).
  public func count(_ database: Database) throws(LMDBError) -> Int {
    var found = MDB_stat()
    try core.check(mdb_stat(core.handle, database.handle, &found), "measure “\(database.name)” of")
    return Int(found.ms_entries)
  }

  /// Where the value for `key` lies in the map: valid until a read transaction ends, or until
  /// the next change by a write transaction. For tables of block addresses and nothing else.
  package func address<Key: LMDBKey>(
    in database: Database, for key: Key
  ) throws(LMDBError) -> UnsafeRawBufferPointer? {
    if database.hasIntegerKeys {
      return try entry(for: IntegerKey(key), in: database.handle, "read “\(database.name)” of")
    }
    return try entry(for: key, in: database.handle, "read “\(database.name)” of")
  }

  private func entry<Key: LMDBKey>(
    for key: Key, in database: MDB_dbi, _ operation: @autoclosure () -> String
  ) throws(LMDBError) -> UnsafeRawBufferPointer? {
    var value = MDB_val()
    let status = key.withPointer { mdb_get(core.handle, database, &$0, &value) }
    if status == MDB_NOTFOUND { return nil }
    if status != MDB_SUCCESS { try core.check(status, operation()) }
    if !core.isWithinPages(value) { throw core.damage(operation()) }
    return value.bytes
  }
}

extension TransactionCore {
  /// Whether a value ends within its leaf, or its run of pages. LMDB believes a leaf whatever size
  /// it states, and to read beyond the end of the file would end the process.
  @inline(__always)
  func isWithinPages(_ value: MDB_val) -> Bool {
    let (start, count) = (UInt(bitPattern: value.mv_data), UInt(value.mv_size))
    let pageSize = UInt(environment.pageSize)
    let (header, place) = (UInt(TreePage.headerByteCount), start & (pageSize - 1))
    guard count <= pageSize - header else {
      return (isWriting || place == header)
        && LargeValue.hasRoom(value.bytes, pageSize: environment.pageSize)
    }
    return isWriting || place + count <= pageSize
  }

  /// What to throw for a value that is not within its pages.
  func damage(_ operation: String) -> LMDBError {
    LMDBError(
      .corrupted, operation: operation, path: environment.path,
      reason: "a value reaches beyond its page; restore the index from a copy")
  }

  /// Throws for a failure, and remembers a full map for the retry.
  func check(_ status: Int32, _ operation: @autoclosure () -> String) throws(LMDBError) {
    guard status != MDB_SUCCESS else { return }
    if status == MDB_MAP_FULL { environment.writer.isMapFull = true }
    // What `mdb_get` and the like say of a handle that the transaction does not have.
    let code = status == EINVAL ? MDB_BAD_DBI : status
    throw LMDBError(status: code, operation: operation(), path: environment.path)
  }
}

extension LMDBKey {
  /// Calls `body` with the key as liblmdb takes it.
  @inline(__always)
  func withPointer<R>(_ body: (inout MDB_val) -> R) -> R {
    withKeyBytes { span in
      span.withUnsafeBytes { bytes in
        var key = MDB_val(bytes)
        return body(&key)
      }
    }
  }
}
