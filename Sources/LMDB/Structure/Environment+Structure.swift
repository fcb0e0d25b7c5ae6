extension Environment {
  /// Trees of more leaves, or branches, are not read at opening, which is to take no more than
  /// milliseconds.
  private static let extentAtOpening = StructureCheck.Extent.upTo(leaves: 256, branches: 64)

  /// Checks the structure of the whole data file: every page of every tree and the list of free
  /// pages, at most a hundred findings. Reads the last commit while others write.
  ///
  /// It uses nothing of liblmdb but the transaction that keeps the pages from being reused, and
  /// so reports damage that would crash a scan: run it first. It cannot see changes within keys
  /// and values that leave their order and size as they were.
  /// Complexity: O(pages of keys); large values are not read.
  public func checkStructure() throws(LMDBError) -> [StructureFinding] {
    try structure(.everything).findings
  }

  /// What must hold before liblmdb may follow a page: called once, at opening.
  func checkBeforeUse() throws(LMDBError) {
    let check = try structure(Self.extentAtOpening)
    if check.isFileShort, try !structure(.freePages).lacksOnlyFreePages {
      throw LMDBError(
        .truncated, operation: "open", path: check.file.path,
        reason: "it has \(check.file.byteCount) bytes and its header says "
          + "\((check.meta.lastPage + 1) * check.meta.pageSize); restore it from a copy")
    }
    if let first = check.findings.first {
      throw LMDBError(
        .corrupted, operation: "open", path: check.file.path,
        reason: "\(first); restore it from a copy")
    }
  }

  /// Runs a check of the last commit.
  private func structure(_ extent: StructureCheck.Extent) throws(LMDBError) -> StructureCheck {
    guard let file = try DataFile(environment: registration.location) else {
      throw LMDBError(.notFound, operation: "check", path: path, reason: "data.mdb has vanished")
    }
    // Nobody commits so often that this takes many tries.
    for _ in 0..<1000 {
      let slot = try beginSnapshot()
      defer { readers.release(slot) }
      // Two commits after the snapshot began its header page is gone: then take a new one.
      let pages = try MetaPage.both(of: file)
      let id = snapshotID(slot)
      guard let meta = [pages.even, pages.odd].first(where: { $0.transaction == id }) else {
        continue
      }
      var check = StructureCheck(file, meta, extent: extent)
      check.run()
      return check
    }
    throw LMDBError(
      .corrupted, operation: "open", path: path,
      reason: "its lock.mdb is that of another data.mdb; end all processes that use it")
  }
}
