import CLMDB

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// An LMDB environment: one directory with named databases that change in transactions.
///
/// Any number of tasks and processes may read while one writes; every reader sees the last
/// commit before it began. Values are read in place, from the page cache. Open an environment
/// once per process and share it: a second open of the same directory is refused, since LMDB's
/// file locks do not survive it.
public final class Environment: Sendable {
  /// How an environment is opened.
  public struct Options: Sendable {
    /// What a committed transaction survives.
    public enum Durability: Sendable {
      /// Every commit is on the disk when `write` returns.
      case full
      /// Commits survive the death of the process, but a power failure before the next `sync()`
      /// may damage the file. For building what can be built again.
      case batched
    }

    /// Open for reading alone; works on read-only file systems. Default: `false`.
    public var readOnly = false
    /// The greatest number of named databases. Default: 64.
    public var maxDatabases = 64
    /// The greatest number of simultaneous readers of all processes. Default: 510.
    public var maxReaders = 510
    /// Bytes of address space reserved for the map, which then need not grow. Less is taken
    /// where the system refuses that much. No memory or disk is used. Default: 1 TiB.
    public var mapSize = 1 << 40
    /// The size that the file may not exceed, in bytes. Default: none.
    public var maximumSize: Int?
    /// What a commit survives. Default: `.full`.
    public var durability = Durability.full

    /// The defaults.
    public init() {}
  }

  /// The environment's directory.
  public let path: String
  let options: Options
  // Sendable: constant, and liblmdb synchronises what is behind it.
  nonisolated(unsafe) let handle: OpaquePointer
  let pageSize: Int
  let readers: ReaderPool
  let databases = DatabaseHandles()
  let writerLock = Lock()
  let writer = WriterState()
  let registration: Registration
  /// The identity of `data.mdb` as it was opened.
  let dataFile: FileIdentity?

  /// Opens the environment in the directory `path`, which is created if it does not exist
  /// (unless `readOnly`).
  ///
  /// - Throws: `.alreadyOpen` if this process has it open, `.notFound`, `.accessDenied`,
  ///   `.invalid`, `.versionMismatch`, `.pageSizeMismatch`, `.truncated`.
  public init(path: String, options: Options = Options()) throws(LMDBError) {
    if !options.readOnly { try createDirectory(path) }
    let registration = try Registration(path: path)
    let lockless = try checkFiles(path: path, options: options)
    let handle = try openEnvironment(path: path, options: options, lockless: lockless)
    self.path = path
    self.options = options
    self.handle = handle
    pageSize = LMDB.information(of: handle).pageSize
    self.registration = registration
    var descriptor: mdb_filehandle_t = -1
    mdb_env_get_fd(handle, &descriptor)
    dataFile = FileIdentity(descriptor: descriptor)
    readers = ReaderPool(count: options.maxReaders, kept: 64)
    try prepare()
  }

  deinit {
    readers.abortAll()
    mdb_env_close(handle)
  }

  /// Clears what dead readers left, checks the file and opens the databases that exist.
  private func prepare() throws(LMDBError) {
    try checkReaders()
    try checkBeforeUse()
    readers.release(try beginReading())
  }

  func check(_ status: Int32, _ operation: String) throws(LMDBError) {
    if status != MDB_SUCCESS { throw LMDBError(status: status, operation: operation, path: path) }
  }
}

/// Looks at the files before LMDB does, whose own answers to a wrong one are vague or fatal.
/// Returns whether to do without a lock file: when reading where none is and none can be made,
/// so that nobody has the environment open.
private func checkFiles(path: String, options: Environment.Options) throws(LMDBError) -> Bool {
  if let file = try DataFile(environment: path), file.byteCount > 0 {
    _ = try MetaPage.both(of: file)
  } else if options.readOnly {
    throw LMDBError(
      .notFound, operation: "open", path: path, reason: "it holds no data.mdb to be read")
  }
  if isWritable(path) {
    try reserveLockFile(path, readers: options.maxReaders)
    return false
  }
  guard options.readOnly else {
    throw LMDBError(
      .accessDenied, operation: "open", path: path,
      reason: "the directory is not writable; open it for reading only, or change that")
  }
  return FileIdentity(path: path + "/lock.mdb") == nil
}

/// Opens liblmdb's environment, closing it again if anything fails.
private func openEnvironment(
  path: String, options: Environment.Options, lockless: Bool
) throws(LMDBError) -> OpaquePointer {
  var handle: OpaquePointer?
  func check(_ status: Int32) throws(LMDBError) {
    guard status != MDB_SUCCESS else { return }
    mdb_env_close(handle)
    if options.readOnly, status == EACCES {
      throw LMDBError(
        .accessDenied, operation: "open", path: path,
        reason: "readers register in lock.mdb and need permission to write it")
    }
    throw LMDBError(status: status, operation: "open", path: path)
  }
  try check(mdb_env_create(&handle))
  try check(mdb_env_set_maxdbs(handle, MDB_dbi(options.maxDatabases)))
  try check(mdb_env_set_maxreaders(handle, UInt32(options.maxReaders)))
  let size = availableMapSize(min(options.mapSize, options.maximumSize ?? .max))
  try check(mdb_env_set_mapsize(handle, size))
  var flags = UInt32(MDB_NOTLS)
  if options.readOnly { flags |= UInt32(MDB_RDONLY) }
  if lockless { flags |= UInt32(MDB_NOLOCK) }
  if options.durability == .batched { flags |= UInt32(MDB_NOSYNC) }
  let status = mdb_env_open(handle, path, flags, 0o644)
  if status == ENOMEM, size > smallestMapSize {
    // Another thread has taken the room that there was.
    mdb_env_close(handle)
    var smaller = options
    smaller.mapSize = smallerMapSize(than: size)
    return try openEnvironment(path: path, options: smaller, lockless: lockless)
  }
  try check(status)
  guard let handle else {
    throw LMDBError(.other(0), operation: "open", path: path, reason: "no environment was made")
  }
  return handle
}
