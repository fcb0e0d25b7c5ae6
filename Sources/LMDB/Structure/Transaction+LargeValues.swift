import CLMDB

extension Transaction where Self: ~Copyable {
  /// Hands `body` the values of a database, in the order of its keys, if all are on pages of their own:
  /// where they lie in the map.
  ///
  /// Finds them as the last commit left them, in copies of the pages of keys: the disk is asked for
  /// all of a level together, and no page is mapped for being looked at once.
  ///
  /// - Throws: `LMDBError` if a page of keys is damaged or a value is within one; what `body` throws.
  /// - Complexity: O(entries): a microsecond or two for each page of about 180 keys.
  package func withLargeValues(
    of database: Database, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let environment = core.environment
    func fail(_ reason: String) -> LMDBError {
      LMDBError(
        .corrupted, operation: "read “\(database.name)” of", path: environment.path,
        reason: reason)
    }
    guard let record = try treeRecord(named: database.name) else { return }
    guard record.count == TreeRecord.byteCount else { throw fail("its record is damaged") }
    let tree = TreeRecord([UInt8](record), at: 0)
    var map: UnsafeRawPointer?
    do {
      try tree.withLargeValues(
        in: DataFile(of: environment), pageSize: environment.information.pageSize
      ) { offset, byteCount in
        // Where the map lies, LMDB tells of values alone.
        if map == nil { map = try firstAddress(in: database).map { $0 - offset } }
        try body(UnsafeRawBufferPointer(start: map.map { $0 + offset }, count: byteCount))
      }
    } catch let damage as Damage {
      throw fail("its tree \(damage.problem)")
    }
  }

  private func firstAddress(in database: Database) throws(LMDBError) -> UnsafeRawPointer? {
    var cursor = try Cursor(core, database)
    return try cursor.moveToFirst() ? cursor.valueAddress.baseAddress : nil
  }
}

extension TreeRecord {
  /// Hands `body` the offsets in the file, and the sizes, of a tree's values, which must be on pages of
  /// their own.
  fileprivate func withLargeValues(
    in file: DataFile, pageSize: Int, _ body: (_ offset: Int, _ byteCount: Int) throws -> Void
  ) throws {
    guard let root, (1...32).contains(depth) else { return }
    let pageCount = file.byteCount / pageSize
    func check(_ number: Int, count: Int = 1) throws(Damage) {
      guard number >= 2, count <= pageCount, number <= pageCount - count else {
        throw Damage("refers to page \(number), which is not in the file")
      }
    }
    func page(_ number: Int, isLeaf: Bool) throws(Damage) -> TreePage {
      let bytes = file.read(at: number * pageSize, count: pageSize)
      guard bytes.count == pageSize else { throw Damage("ends beyond the file") }
      return try TreePage.parse(bytes, number: number, isLeaf: isLeaf)
    }
    try check(root)
    var level = [root]
    for _ in 1..<depth {
      file.prefetch(level, pageSize: pageSize)
      var next: [Int] = []
      for number in level { next += try page(number, isLeaf: false).children }
      for number in next { try check(number) }
      level = next
    }
    file.prefetch(level, pageSize: pageSize)
    for number in level {
      let leaf = try page(number, isLeaf: true)
      for index in 0..<leaf.count {
        guard case .overflow(let first, let byteCount) = try leaf.value(index) else {
          throw Damage("has a small value")
        }
        try check(first, count: (TreePage.headerByteCount - 1 + byteCount) / pageSize + 1)
        try body(first * pageSize + TreePage.headerByteCount, byteCount)
      }
    }
  }
}
