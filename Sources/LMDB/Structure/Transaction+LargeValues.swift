import CLMDB

extension Transaction where Self: ~Copyable {
  /// Where the values of a database lie, in the order of its keys, if all are on pages of their own.
  ///
  /// Finds them as the last commit left them, in copies of the pages of keys: the disk is asked for
  /// all of a level together, and no page is mapped for being looked at once.
  ///
  /// - Throws: `LMDBError` if a page of keys is damaged or a value is within one.
  /// - Complexity: O(entries): some microseconds for each page of about 180 keys.
  package func largeValues(of database: Database) throws(LMDBError) -> [UnsafeRawBufferPointer] {
    let environment = core.environment
    func fail(_ reason: String) -> LMDBError {
      LMDBError(
        .corrupted, operation: "read “\(database.name)” of", path: environment.path,
        reason: reason)
    }
    guard let record = try treeRecord(named: database.name) else { return [] }
    guard record.count == TreeRecord.byteCount else { throw fail("its record is damaged") }
    let tree = TreeRecord([UInt8](record), at: 0)
    let places: [(offset: Int, byteCount: Int)]
    do throws(Damage) {
      places = try tree.largeValues(
        in: DataFile(of: environment), pageSize: environment.information.pageSize)
    } catch {
      throw fail("its tree \(error.problem)")
    }
    // Where the map lies, LMDB tells of values alone.
    guard let first = places.first, let known = try firstAddress(in: database) else { return [] }
    return places.map {
      UnsafeRawBufferPointer(start: known - first.offset + $0.offset, count: $0.byteCount)
    }
  }

  private func firstAddress(in database: Database) throws(LMDBError) -> UnsafeRawPointer? {
    var cursor = try Cursor(core, database)
    return try cursor.moveToFirst() ? cursor.valueAddress.baseAddress : nil
  }
}

extension TreeRecord {
  /// Offsets in the file, and sizes, of a tree's values, which must be on pages of their own.
  fileprivate func largeValues(
    in file: DataFile, pageSize: Int
  ) throws(Damage) -> [(offset: Int, byteCount: Int)] {
    guard let root, (1...32).contains(depth) else { return [] }
    let pageCount = file.byteCount / pageSize
    func check(_ number: Int, count: Int = 1) throws(Damage) {
      guard number >= 2, count <= pageCount, number <= pageCount - count else {
        throw Damage("refers to page \(number), which is not in the file")
      }
    }
    func page(_ number: Int, isLeaf: Bool) throws(Damage) -> TreePage {
      let bytes = file.read(at: number * pageSize, count: pageSize)
      guard bytes.count == pageSize else { throw Damage("ends beyond the file") }
      return try TreePage(bytes, number: number, isLeaf: isLeaf)
    }
    try check(root)
    var level = [root]
    for _ in 1..<depth {
      file.prefetch(level, pageSize: pageSize)
      var next: [Int] = []
      for number in level {
        let branch = try page(number, isLeaf: false)
        next += branch.nodes.indices.map(branch.child)
      }
      for number in next { try check(number) }
      level = next
    }
    file.prefetch(level, pageSize: pageSize)
    var values: [(offset: Int, byteCount: Int)] = []
    for number in level {
      let leaf = try page(number, isLeaf: true)
      for index in leaf.nodes.indices {
        guard case .overflow(let first, let byteCount) = try leaf.value(index) else {
          throw Damage("has a small value")
        }
        try check(first, count: (TreePage.headerByteCount - 1 + byteCount) / pageSize + 1)
        values.append((first * pageSize + TreePage.headerByteCount, byteCount))
      }
    }
    return values
  }
}
