import CLMDB

/// A position in a database's order of keys, within a transaction.
public struct Cursor: ~Copyable {
  private let handle: OpaquePointer
  private let core: TransactionCore
  private let database: Database
  private var currentKey = MDB_val()
  private var currentValue = MDB_val()

  init(_ core: TransactionCore, _ database: Database) throws(LMDBError) {
    var handle: OpaquePointer?
    try core.check(
      mdb_cursor_open(core.handle, database.handle, &handle), "scan “\(database.name)” of")
    guard let handle else {
      throw LMDBError(status: MDB_BAD_TXN, operation: "scan", path: core.environment.path)
    }
    self.handle = handle
    self.core = core
    self.database = database
  }

  deinit { mdb_cursor_close(handle) }

  /// The key at the cursor, as it is stored. Empty before the first move.
  public var key: RawSpan {
    @_lifetime(borrow self) get {
      _overrideLifetime(RawSpan(_unsafeBytes: currentKey.bytes), borrowing: self)
    }
  }

  /// The value at the cursor. Empty before the first move.
  public var value: RawSpan {
    @_lifetime(borrow self) get {
      _overrideLifetime(RawSpan(_unsafeBytes: currentValue.bytes), borrowing: self)
    }
  }

  /// Moves to the first entry; `false` if there is none.
  public mutating func moveToFirst() throws(LMDBError) -> Bool { try move(MDB_FIRST) }

  /// Moves to the last entry; `false` if there is none.
  public mutating func moveToLast() throws(LMDBError) -> Bool { try move(MDB_LAST) }

  /// Moves to the next entry, the first to begin with; `false` after the last.
  public mutating func moveToNext() throws(LMDBError) -> Bool { try move(MDB_NEXT) }

  /// Moves to the entry before, the last to begin with; `false` before the first.
  public mutating func moveToPrevious() throws(LMDBError) -> Bool { try move(MDB_PREV) }

  /// Moves to the first entry whose key is not below `key`; `false` if there is none. O(log n).
  public mutating func move<Key: LMDBKey>(toFirstFrom key: Key) throws(LMDBError) -> Bool {
    if database.hasIntegerKeys { return try seek(IntegerKey(key)) }
    return try seek(key)
  }

  mutating func seek(_ key: some LMDBKey) throws(LMDBError) -> Bool {
    let status = key.withPointer { bytes in
      currentKey = bytes
      return mdb_cursor_get(handle, &currentKey, &currentValue, MDB_SET_RANGE)
    }
    return try found(status)
  }

  private mutating func move(_ operation: MDB_cursor_op) throws(LMDBError) -> Bool {
    try found(mdb_cursor_get(handle, &currentKey, &currentValue, operation))
  }

  private mutating func found(_ status: Int32) throws(LMDBError) -> Bool {
    if status == MDB_SUCCESS, core.isWithinPages(currentValue) { return true }
    currentKey = MDB_val()
    currentValue = MDB_val()
    if status == MDB_SUCCESS { throw core.damage("scan “\(database.name)” of") }
    if status == MDB_NOTFOUND { return false }
    try core.check(status, "scan “\(database.name)” of")
    return false
  }

  /// Where the cursor's value lies in the map; see `Transaction.address(in:for:)`.
  package var valueAddress: UnsafeRawBufferPointer { currentValue.bytes }

  /// The order of the cursor's key and another: negative, zero or positive.
  func compareKey(with other: [UInt8]) -> Int32 {
    other.withUnsafeBytes { bytes in
      var left = currentKey
      var right = MDB_val(bytes)
      return mdb_cmp(core.handle, database.handle, &left, &right)
    }
  }
}

extension Transaction where Self: ~Copyable {
  /// Calls `body` with a cursor before the first entry of a database. Changes to the database
  /// move the cursor in undefined ways.
  public func withCursor<R>(
    in database: Database, _ body: (inout Cursor) throws -> R
  ) throws -> R {
    var cursor = try Cursor(core, database)
    return try body(&cursor)
  }

  /// Calls `body` with every entry of a range of keys, in order or in reverse, until it returns
  /// `false`. Keys are lent as they are stored. O(log n + entries visited).
  public func forEach(
    in database: Database, _ range: KeyRange = .all, reversed: Bool = false,
    _ body: (_ key: RawSpan, _ value: RawSpan) throws -> Bool
  ) throws {
    let range = range.stored(withIntegerKeys: database.hasIntegerKeys)
    try withCursor(in: database) { cursor in
      var isInside = try reversed ? cursor.moveToLast(in: range) : cursor.moveToFirst(in: range)
      while isInside, try body(cursor.key, cursor.value) {
        isInside =
          try reversed
          ? cursor.moveToPrevious() && cursor.isAboveStart(of: range)
          : cursor.moveToNext() && cursor.isBelowEnd(of: range)
      }
    }
  }
}
