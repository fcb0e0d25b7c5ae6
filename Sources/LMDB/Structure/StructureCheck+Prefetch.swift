extension StructureCheck {
  /// A page that the check will come to, and its place in a tree.
  private struct Reference {
    let page: Int
    let depth: Int
    let tree: TreeRecord
    let isMain: Bool
  }

  /// Damage may refer to the same pages again and again.
  private static let prefetchLimit = 4096

  /// Has the disk fetch what a quick check reads, of all trees a level together: a walk through one
  /// tree after the other would wait for each.
  func prefetchTrees() {
    var level = [meta.main, meta.free].enumerated().compactMap { index, tree in
      tree.root.map { Reference(page: $0, depth: 1, tree: tree, isMain: index == 0) }
    }
    while !level.isEmpty, level.count <= Self.prefetchLimit {
      level.removeAll { !(0..<readablePages).contains($0.page) }
      file.prefetch(level.lazy.map(\.page), pageSize: meta.pageSize)
      level = level.flatMap(below)
    }
  }

  /// What a page refers to, as far as the check reads it; nothing if the page is damaged, as the
  /// check will report.
  private func below(_ reference: Reference) -> [Reference] {
    let (tree, depth) = (reference.tree, reference.depth)
    let isLeaf = depth == tree.depth
    guard isLeaf ? reference.isMain : visits(depth: depth + 1, of: tree) else { return [] }
    let bytes = file.read(at: reference.page * meta.pageSize, count: meta.pageSize)
    guard bytes.count == meta.pageSize,
      let page = try? TreePage.parse(bytes, number: reference.page, isLeaf: isLeaf)
    else { return [] }
    if !isLeaf {
      return page.children.map {
        Reference(page: $0, depth: depth + 1, tree: tree, isMain: reference.isMain)
      }
    }
    var roots: [Reference] = []
    for index in 0..<page.count {
      guard case .tree(let offset) = try? page.value(index) else { continue }
      let tree = TreeRecord(page.bytes, at: offset)
      if let root = tree.root {
        roots.append(Reference(page: root, depth: 1, tree: tree, isMain: false))
      }
    }
    return roots
  }
}
