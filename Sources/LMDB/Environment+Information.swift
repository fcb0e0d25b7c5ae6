import CLMDB

/// Sizes and counters of an environment.
public struct EnvironmentInformation: Sendable, Hashable {
  /// Bytes of address space mapped.
  public let mapSize: Int
  /// Bytes of the data file that hold pages, free ones included.
  public let usedSize: Int
  /// Bytes per page.
  public let pageSize: Int
}

extension Environment {
  /// The sizes and counters of this moment.
  public var information: EnvironmentInformation { LMDB.information(of: handle) }

  /// Frees the reader table's entries of processes that have died, and returns their number.
  @discardableResult
  public func checkReaders() throws(LMDBError) -> Int {
    var dead: Int32 = 0
    try check(mdb_reader_check(handle, &dead), "check the readers of")
    return Int(dead)
  }

  /// Forces everything committed to the disk. Needed with durability `.batched` alone.
  public func sync() throws(LMDBError) {
    try check(mdb_env_sync(handle, 1), "sync")
  }

  /// Writes a snapshot of the environment into the directory `destination`, which is created
  /// and must be empty. With `compact`, free pages are left out. Others may write meanwhile.
  public func copy(to destination: String, compact: Bool = true) throws(LMDBError) {
    try createDirectory(destination)
    let flags = compact ? UInt32(MDB_CP_COMPACT) : 0
    let status = mdb_env_copy2(handle, destination, flags)
    if status != MDB_SUCCESS {
      throw LMDBError(status: status, operation: "copy to", path: destination)
    }
  }
}

/// The sizes and counters of an open environment.
func information(of handle: OpaquePointer) -> EnvironmentInformation {
  var information = MDB_envinfo()
  var statistics = MDB_stat()
  mdb_env_info(handle, &information)
  mdb_env_stat(handle, &statistics)
  let pageSize = Int(statistics.ms_psize)
  return EnvironmentInformation(
    mapSize: information.me_mapsize, usedSize: (information.me_last_pgno + 1) * pageSize,
    pageSize: pageSize)
}
