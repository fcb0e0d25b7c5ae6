import CLMDB

/// Where the values of a database lie that has the keys 0, 1, 2, … (u32) and whose values are all
/// on pages of their own. The leaves, which tell, are read when they are asked for.
///
/// Finds values as the last commit left them, in copies of the pages of keys: the disk is asked for
/// many together, and no page is mapped for being looked at once. Valid in transactions that see
/// the same pages of keys.
package struct LargeValueTree: Sendable {
  private let environment: Environment
  private let name: String
  private let leaves: [Leaf]
  /// Where the file is mapped.
  private var map: UInt?

  /// A page, and the keys in it or below.
  private struct Leaf {
    let page: Int
    let keys: Range<Int>
  }

  /// Number of values.
  package var count: Int { leaves.last?.keys.upperBound ?? 0 }

  /// Number of leaves.
  package var leafCount: Int { leaves.count }

  /// The leaf that a key below `count` is in. O(log leaves).
  package func leaf(of key: Int) -> Int {
    var (low, high) = (0, leaves.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if leaves[middle].keys.lowerBound <= key { low = middle } else { high = middle }
    }
    return low
  }

  /// Asks for leaves that are about to be read.
  package func prefetch(_ wanted: some Sequence<Int>) {
    DataFile(of: environment).prefetch(
      wanted.lazy.map { leaves[$0].page }, pageSize: environment.information.pageSize)
  }

  /// Hands `body` the values of a leaf: their keys, and where they lie in the map. A microsecond or
  /// two for about 180 of them.
  ///
  /// - Throws: `LMDBError` if the leaf is damaged or a value is within it; what `body` throws.
  package func forEachValue(
    ofLeaf index: Int, _ body: (_ key: Int, _ value: UnsafeRawBufferPointer) throws -> Void
  ) throws {
    try forEachPlace(ofLeaf: index) { key, offset, byteCount in
      let value = map.flatMap { UnsafeRawPointer(bitPattern: $0) }.map { $0 + offset }
      try body(key, UnsafeRawBufferPointer(start: value, count: byteCount))
    }
  }
}

// MARK: looking up

extension Transaction where Self: ~Copyable {
  /// Looks up a database's tree, reading its branches.
  ///
  /// - Parameters:
  ///   - database: has not been changed in this transaction.
  ///   - other: a tree of this transaction, if there is one, which spares asking where the file is
  ///     mapped.
  /// - Throws: `LMDBError` if a page of keys is damaged.
  package func largeValueTree(
    of database: Database, beside other: LargeValueTree? = nil
  ) throws -> LargeValueTree {
    guard let record = try treeRecord(named: database.name),
      record.count == TreeRecord.byteCount
    else {
      throw LargeValueTree.damaged(database.name, in: core.environment, "has no sound record")
    }
    let tree = try LargeValueTree(
      TreeRecord([UInt8](record), at: 0), named: database.name, in: core.environment)
    return try tree.placed(beside: other) { () throws(LMDBError) in
      var cursor = try Cursor(core, database)
      return try cursor.moveToFirst() ? cursor.valueAddress.baseAddress : nil
    }
  }
}

extension LargeValueTree {
  fileprivate static func damaged(
    _ name: String, in environment: Environment, _ reason: String
  ) -> LMDBError {
    LMDBError(
      .corrupted, operation: "read “\(name)” of", path: environment.path,
      reason: "its tree \(reason)")
  }

  fileprivate init(_ tree: TreeRecord, named name: String, in environment: Environment) throws {
    self.environment = environment
    self.name = name
    do throws(Damage) {
      leaves = try Self.leaves(of: tree, in: environment)
    } catch {
      throw Self.damaged(name, in: environment, error.problem)
    }
  }

  /// The tree that knows where the file is mapped. LMDB tells of values alone where they lie.
  fileprivate func placed(
    beside other: LargeValueTree?, firstAddress: () throws(LMDBError) -> UnsafeRawPointer?
  ) throws -> LargeValueTree {
    var tree = self
    tree.map = other?.map
    guard tree.map == nil, !leaves.isEmpty else { return tree }
    var offset: Int?
    try forEachPlace(ofLeaf: 0) { _, place, _ in offset = offset ?? place }
    if let offset, let address = try firstAddress() {
      tree.map = UInt(bitPattern: address - offset)
    }
    return tree
  }

  /// Goes through the branches, level by level.
  private static func leaves(
    of tree: TreeRecord, in environment: Environment
  ) throws(Damage) -> [Leaf] {
    guard let root = tree.root, (1...32).contains(tree.depth) else { return [] }
    let (file, pageSize) = (DataFile(of: environment), environment.information.pageSize)
    let pageCount = file.byteCount / pageSize
    var level = [Leaf(page: root, keys: 0..<tree.entries)]
    for _ in 1..<tree.depth {
      file.prefetch(level.lazy.map(\.page), pageSize: pageSize)
      var next: [Leaf] = []
      for parent in level {
        try check(parent.page, of: pageCount)
        let branch = try page(parent.page, isLeaf: false, of: file, pageSize)
        var keys: [Int] = [parent.keys.lowerBound]
        for index in 1..<branch.count { keys.append(try branch.integerKey(index)) }
        keys.append(parent.keys.upperBound)
        for index in 0..<branch.count {
          guard keys[index] < keys[index + 1] else { throw Damage("has keys out of order") }
          next.append(Leaf(page: branch.child(index), keys: keys[index]..<keys[index + 1]))
        }
      }
      level = next
    }
    return level
  }

  /// Hands `body` the keys of a leaf, and where in the file the values are.
  private func forEachPlace(
    ofLeaf index: Int, _ body: (_ key: Int, _ offset: Int, _ byteCount: Int) throws -> Void
  ) throws {
    let (file, pageSize) = (DataFile(of: environment), environment.information.pageSize)
    let (leaf, pageCount) = (leaves[index], file.byteCount / pageSize)
    do {
      try Self.check(leaf.page, of: pageCount)
      let page = try Self.page(leaf.page, isLeaf: true, of: file, pageSize)
      guard page.count == leaf.keys.count else { throw Damage("lacks keys") }
      for (index, key) in leaf.keys.enumerated() {
        guard try page.integerKey(index) == key else { throw Damage("has keys out of order") }
        guard case .overflow(let first, let byteCount) = try page.value(index) else {
          throw Damage("has a small value")
        }
        try Self.check(
          first, count: (TreePage.headerByteCount - 1 + byteCount) / pageSize + 1, of: pageCount)
        try body(key, first * pageSize + TreePage.headerByteCount, byteCount)
      }
    } catch let damage as Damage {
      throw Self.damaged(name, in: environment, damage.problem)
    }
  }

  private static func page(
    _ number: Int, isLeaf: Bool, of file: DataFile, _ pageSize: Int
  ) throws(Damage) -> TreePage {
    let bytes = file.read(at: number * pageSize, count: pageSize)
    guard bytes.count == pageSize else { throw Damage("ends beyond the file") }
    return try TreePage.parse(bytes, number: number, isLeaf: isLeaf)
  }

  private static func check(_ number: Int, count: Int = 1, of pageCount: Int) throws(Damage) {
    guard number >= 2, count <= pageCount, number <= pageCount - count else {
      throw Damage("refers to page \(number), which is not in the file")
    }
  }
}

extension TreePage {
  /// A key that is a number of four bytes.
  @inline(__always)
  fileprivate func integerKey(_ index: Int) throws(Damage) -> Int {
    let key = key(index)
    guard key.count == 4 else { throw Damage("has a key that is no number") }
    return bytes.integer32(at: key.lowerBound)
  }
}
