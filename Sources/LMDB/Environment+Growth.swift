import CLMDB

/// The map is replaced only when it must be: LMDB unmaps the old one, so no thread of this
/// process may be reading or writing then. Other processes have maps of their own.
extension Environment {
  /// Doubles the map after it was found full. Call with the writer lock held and no transaction.
  func grow() throws(LMDBError) {
    let current = information.mapSize
    let limit = options.maximumSize ?? .max
    guard current < limit else {
      throw LMDBError(status: MDB_MAP_FULL, operation: "grow", path: path)
    }
    let size = min(current * 2, limit)
    guard canReserve(size) else {
      throw LMDBError(
        .mapFull, operation: "grow", path: path,
        reason: "the address space of this process has no room for a map of \(size) bytes")
    }
    try replaceMap(size: size)
  }

  /// Maps what another process has added to the file. Call with the writer lock held and no
  /// transaction.
  func adoptGrownFile() throws(LMDBError) {
    let needed = information.usedSize
    let current = information.mapSize
    guard needed > current else { return }
    let size = canReserve(needed * 2) ? needed * 2 : needed
    guard canReserve(size) else {
      throw LMDBError(
        .mapFull, operation: "map", path: path,
        reason: "the address space of this process has no room for a map of \(size) bytes")
    }
    try replaceMap(size: size)
  }

  /// The same for a thread that was about to read.
  func followGrownFile() throws(LMDBError) {
    let thread = currentThread()
    if readers.isReading(thread) || writer.isWriting(thread) {
      throw LMDBError(
        .nested, operation: "read", path: path,
        reason: "the file has outgrown the map; end the outer transaction of this thread first")
    }
    writerLock.lock()
    defer { writerLock.unlock() }
    try adoptGrownFile()
  }

  private func replaceMap(size: Int) throws(LMDBError) {
    let status = readers.whileClosed { mdb_env_set_mapsize(handle, size) }
    try check(status, "grow")
  }
}
