extension Transaction where Self: ~Copyable {
  /// Fetches the pages that say where the values of a database are, all of them together: a
  /// cursor over a file that is not in the page cache waits for one after the other. A hint, and
  /// silent when it fails. O(pages of keys).
  package func prefetchKeys(of database: Database) {
    let environment = core.environment
    guard let record = try? treeRecord(named: database.name),
      record.count == TreeRecord.byteCount,
      let file = try? DataFile(environment: environment.registration.location)
    else { return }
    let tree = TreeRecord([UInt8](record), at: 0)
    let pageSize = environment.information.pageSize
    var level = tree.root.map { [$0] } ?? []
    for _ in 1..<max(1, min(tree.depth, 32)) {
      file.prefetch(level, pageSize: pageSize)
      level = level.flatMap { number -> [Int] in
        let bytes = file.read(at: number * pageSize, count: pageSize)
        guard bytes.count == pageSize,
          let page = try? TreePage(bytes, number: number, isLeaf: false)
        else { return [] }
        return page.nodes.indices.map(page.child)
      }
    }
    file.prefetch(level, pageSize: pageSize)
  }
}
