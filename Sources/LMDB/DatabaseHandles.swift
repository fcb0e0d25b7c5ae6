import CLMDB
import Synchronization

/// The named databases whose handles are open.
///
/// LMDB publishes a handle when the transaction that opened it commits, and two transactions
/// must not open handles at once. Databases are never dropped, so the number of names in a
/// snapshot tells whether all of them are open; every transaction sees to that before its body
/// runs, and a name is then found without asking LMDB to open anything.
final class DatabaseHandles: Sendable {
  private let databases = Mutex<[String: Database]>([:])
  private let openCount = Atomic<Int>(0)
  /// Held while handles are opened and published.
  let lock = Lock()

  subscript(name: String) -> Database? { databases.withLock { $0[name] } }

  /// Number of open handles. Whoever reads it before beginning a transaction has all of them in
  /// that transaction.
  var count: Int { openCount.load(ordering: .acquiring) }

  /// Makes published handles known. Call with `lock` held.
  func add(_ opened: [Database]) {
    let total = databases.withLock { known in
      for database in opened { known[database.name] = database }
      return known.count
    }
    openCount.store(total, ordering: .releasing)
  }
}

/// The main database, whose keys are the names of the others.
let mainDatabase: MDB_dbi = 1

/// Number of entries of a database in a transaction.
func entryCount(_ transaction: OpaquePointer, _ database: MDB_dbi) -> Int {
  var statistics = MDB_stat()
  return mdb_stat(transaction, database, &statistics) == MDB_SUCCESS
    ? Int(statistics.ms_entries) : 0
}

/// Opens the handle of an existing database in a transaction.
func openDatabase(
  _ name: String, flags: UInt32 = 0, in transaction: OpaquePointer
) -> (status: Int32, database: Database) {
  var handle: MDB_dbi = 0
  var found: UInt32 = 0
  var status = mdb_dbi_open(transaction, name, flags, &handle)
  if status == MDB_SUCCESS { status = mdb_dbi_flags(transaction, handle, &found) }
  let integer = found & UInt32(MDB_INTEGERKEY) != 0
  return (status, Database(handle: handle, name: name, hasIntegerKeys: integer))
}

/// The names in the main database.
func databaseNames(in transaction: OpaquePointer) -> [String] {
  var cursor: OpaquePointer?
  guard mdb_cursor_open(transaction, mainDatabase, &cursor) == MDB_SUCCESS else { return [] }
  defer { mdb_cursor_close(cursor) }
  var names: [String] = []
  var key = MDB_val()
  while mdb_cursor_get(cursor, &key, nil, MDB_NEXT) == MDB_SUCCESS {
    names.append(String(decoding: key.bytes, as: UTF8.self))
  }
  return names
}

extension MDB_val {
  /// The bytes it points at.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: mv_data, count: mv_size) }

  /// Points at `bytes`, which liblmdb only reads.
  init(_ bytes: UnsafeRawBufferPointer) {
    self.init(mv_size: bytes.count, mv_data: UnsafeMutableRawPointer(mutating: bytes.baseAddress))
  }
}
