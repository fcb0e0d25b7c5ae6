import CLMDB

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A failed operation on an environment: what went wrong, during what, and where.
public struct LMDBError: Error, Sendable, Hashable {
  /// The kinds of failure that a caller may want to tell apart.
  public enum Code: Sendable, Hashable {
    /// The environment has reached its stated maximum size.
    case mapFull
    /// Every entry of the reader table is taken.
    case readersFull
    /// More named databases exist than `Options.maxDatabases`.
    case databasesFull
    /// One transaction changed more pages than LMDB can track (131,071).
    case transactionFull
    /// Another process holds the environment in a way that excludes this operation.
    case busy
    /// The file is not an LMDB data file.
    case invalid
    /// The file was written by another, newer version of the format.
    case versionMismatch
    /// The file was made with another page size than this system's.
    case pageSizeMismatch
    /// The data file is shorter than its own header says.
    case truncated
    /// A page or value is not what its place in the file demands.
    case corrupted
    /// A write was tried on an environment opened read-only.
    case readOnly
    /// This process has the environment open already.
    case alreadyOpen
    /// Another environment has taken the place of this one since it was opened.
    case replaced
    /// A transaction was begun inside another one of the same thread, where that would deadlock.
    case nested
    /// No environment, or no database of that name.
    case notFound
    /// Permissions forbid it.
    case accessDenied
    /// The file system has no space left.
    case diskFull
    /// `append` was called with a key that is not greater than the last one.
    case keyExists
    /// The key is empty or longer than 511 bytes, or the value is too long.
    case badValueSize
    /// The database handle belongs to a newer snapshot or to another environment.
    case badDatabase
    /// Any other failure, with LMDB's or the system's own number.
    case other(Int32)
  }

  /// What went wrong.
  public let code: Code
  /// What was being done, as a verb phrase: "commit", "open".
  public let operation: String
  /// The environment's directory, or the file concerned.
  public let path: String
  /// What was found and what to do about it.
  public let reason: String

  /// Makes an error whose reason is known better than by its code.
  public init(_ code: Code, operation: String, path: String, reason: String) {
    self.code = code
    self.operation = operation
    self.path = path
    self.reason = reason
  }

  init(status: Int32, operation: String, path: String) {
    let code = Code(status: status)
    self.init(
      code, operation: operation, path: path,
      reason: code.advice ?? String(cString: mdb_strerror(status)))
  }
}

extension LMDBError: CustomStringConvertible {
  /// One line: operation, path, reason.
  public var description: String { "cannot \(operation) \(path): \(reason)" }
}

extension LMDBError.Code {
  /// Names a status of liblmdb or an `errno`.
  init(status: Int32) {
    self =
      switch status {
      case MDB_MAP_FULL: .mapFull
      case MDB_READERS_FULL: .readersFull
      case MDB_DBS_FULL: .databasesFull
      case MDB_TXN_FULL: .transactionFull
      case MDB_INVALID: .invalid
      case MDB_VERSION_MISMATCH: .versionMismatch
      case MDB_CORRUPTED, MDB_PAGE_NOTFOUND, MDB_CURSOR_FULL, MDB_PAGE_FULL, MDB_PANIC: .corrupted
      case MDB_KEYEXIST: .keyExists
      case MDB_NOTFOUND, ENOENT: .notFound
      case MDB_BAD_VALSIZE: .badValueSize
      case MDB_BAD_DBI: .badDatabase
      case EACCES, EPERM: .accessDenied
      case EROFS: .readOnly
      case ENOSPC, EDQUOT: .diskFull
      case EBUSY, EAGAIN: .busy
      default: .other(status)
      }
  }

  /// What the reader of the message should do; `nil` where LMDB's own words say all there is.
  fileprivate var advice: String? {
    switch self {
    case .mapFull: "the environment has reached its maximum size; open it with a larger one"
    case .readersFull:
      "every entry of the reader table is taken; open it everywhere with a larger maxReaders"
    case .databasesFull: "it holds more named databases than maxDatabases"
    case .transactionFull: "one transaction changed more than 131,071 pages; write in batches"
    case .corrupted: "the data file is damaged; restore it from a copy"
    case .accessDenied: "permission denied"
    case .diskFull: "no space left on the device; nothing of this transaction was stored"
    case .keyExists: "the key is not greater than the last one of the database"
    case .badValueSize: "a key must have 1 to 511 bytes and a value less than 4 GiB"
    default: nil
    }
  }
}
