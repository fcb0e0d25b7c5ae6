/// Something wrong with the structure of a data file.
public struct StructureFinding: Sendable, Hashable, CustomStringConvertible {
  /// The page concerned, or the page that refers to it.
  public let page: Int
  /// The database it belongs to; `nil` for LMDB's own two.
  public let database: String?
  /// What is wrong, as a predicate.
  public let problem: String

  /// One line: page, database, problem.
  public var description: String {
    "page \(page)\(database.map { " of “\($0)”" } ?? "") \(problem)"
  }
}

/// A walk over the B-trees of one snapshot that believes nothing: every page is checked before
/// it is followed, so that a damaged file is reported where liblmdb would crash or go astray.
struct StructureCheck {
  /// How much of the file is visited.
  enum Extent: Equatable {
    /// All pages of all trees and the list of free ones.
    case everything
    /// Roots, the branches of trees that have no more of them than so many, and the leaves
    /// likewise, but for those that tell no more than where large values lie: whoever looks that up
    /// checks them.
    case upTo(leaves: Int, branches: Int)
    /// The list of free pages alone.
    case freePages
  }

  static let findingLimit = 100

  let file: DataFile
  let meta: MetaPage
  let extent: Extent
  private(set) var findings: [StructureFinding] = []
  /// Pages that lie in the file, and a bit for each that has been met so far, in use or free.
  let readablePages: Int
  private var seen: [UInt64]
  /// Free pages after the end of the file: LMDB does not write pages that were freed at once.
  private var freeBeyondEnd: Set<Int> = []
  private var database: String?

  init(_ file: DataFile, _ meta: MetaPage, extent: Extent) {
    self.file = file
    self.meta = meta
    self.extent = extent
    readablePages = min(file.byteCount / meta.pageSize, meta.lastPage + 1)
    seen = Array(repeating: 0, count: (readablePages + 63) / 64)
  }

  /// Whether every page that the file should have and has not is a free one. Valid after a run
  /// that included the free pages.
  var lacksOnlyFreePages: Bool {
    findings.isEmpty && freeBeyondEnd.count == meta.lastPage + 1 - readablePages
  }

  /// Whether the file ends before its last page.
  var isFileShort: Bool { readablePages <= meta.lastPage }

  /// Visits what the extent says.
  mutating func run() {
    if isQuick { prefetchTrees() }
    check(meta.free, isFreeList: true)
    if extent != .freePages { check(meta.main, isFreeList: false) }
  }

  private mutating func report(_ page: Int, _ problem: String) {
    guard findings.count < Self.findingLimit else { return }
    findings.append(StructureFinding(page: page, database: database, problem: problem))
  }

  private mutating func check(_ tree: TreeRecord, isFreeList: Bool) {
    guard let root = tree.root else {
      if tree.entries != 0 { report(0, "lacks the root of a tree with entries") }
      return
    }
    guard tree.flags & ~TreeRecord.integerKeys == 0, (1...32).contains(tree.depth) else {
      return report(root, "belongs to a tree whose record is damaged")
    }
    var walk = TreeWalk(tree: tree, isFreeList: isFreeList)
    walk.visitsLeaves = visits(depth: tree.depth, of: tree)
    visit(root, depth: 1, referredBy: root, &walk)
    if walk.visitsLeaves, findings.isEmpty, !walk.countsAgree(withoutValues: isQuick) {
      report(root, "has other counts below it than its tree's record says")
    }
  }

  /// Whether the pages of a tree at some depth are visited.
  func visits(depth: Int, of tree: TreeRecord) -> Bool {
    guard case .upTo(let leaves, let branches) = extent, depth > 1 else { return true }
    if depth < tree.depth { return tree.branchPages <= branches }
    return tree.leafPages <= leaves && !tree.hasLargeValuesOnly
  }

  private mutating func visit(
    _ number: Int, depth: Int, referredBy parent: Int, _ walk: inout TreeWalk
  ) {
    guard findings.count < Self.findingLimit, use(number, by: parent) else { return }
    guard visits(depth: depth, of: walk.tree) else { return }
    let isLeaf = depth == walk.tree.depth
    do throws(Damage) {
      let bytes = file.read(at: number * meta.pageSize, count: meta.pageSize)
      guard bytes.count == meta.pageSize else { throw Damage("cannot be read") }
      let page = try TreePage.parse(bytes, number: number, isLeaf: isLeaf)
      if isLeaf {
        try visitLeaf(page, number, &walk)
      } else {
        try visitBranch(page, number, depth, &walk)
      }
    } catch {
      report(number, error.problem)
    }
  }

  private mutating func visitBranch(
    _ page: borrowing TreePage, _ number: Int, _ depth: Int, _ walk: inout TreeWalk
  ) throws(Damage) {
    walk.branchPages += 1
    if !isQuick { file.prefetch(page.children, pageSize: meta.pageSize) }
    for index in 0..<page.count {
      // The key of a branch's entry is a lower bound of those below; the first has none.
      if index > 0 {
        try walk.advance(to: page.key(index), of: page, mayRepeat: false)
      }
      visit(page.child(index), depth: depth + 1, referredBy: number, &walk)
    }
  }

  private mutating func visitLeaf(
    _ page: borrowing TreePage, _ number: Int, _ walk: inout TreeWalk
  ) throws(Damage) {
    walk.leafPages += 1
    walk.entries += page.count
    try walk.advance(over: page)
    for index in 0..<page.count {
      switch try page.value(index) {
      case .inline(let range):
        if walk.isFreeList { noteFreePages(Array(page.bytes[range]), number) }
      case .overflow(let first, let byteCount):
        try visitOverflow(first, byteCount, number, &walk)
      case .tree(let offset):
        guard database == nil, !walk.isFreeList else { throw Damage("holds a misplaced tree") }
        database = String(decoding: page.bytes[page.key(index)], as: UTF8.self)
        check(TreeRecord(page.bytes, at: offset), isFreeList: false)
        database = nil
      }
    }
  }

  private mutating func visitOverflow(
    _ first: Int, _ byteCount: Int, _ number: Int, _ walk: inout TreeWalk
  ) throws(Damage) {
    let header = TreePage.headerByteCount
    // A value that replaced a larger one keeps the larger one's pages.
    let needed = (header - 1 + byteCount) / meta.pageSize + 1
    // Who reads a value believes the leaf alone: there is no need to fetch every value's header.
    if isQuick {
      _ = use(first, count: needed, by: number)
      return
    }
    guard use(first, by: number) else { return }
    let bytes = file.read(at: first * meta.pageSize, count: header)
    guard bytes.count == header, bytes.integer64(at: 0) == first,
      bytes.integer16(at: 10) == TreePage.overflowFlag, bytes.integer32(at: 12) >= needed
    else { throw Damage("refers to page \(first), which does not begin a large value") }
    let count = bytes.integer32(at: 12)
    walk.overflowPages += count
    guard count == 1 || use(first + 1, count: count - 1, by: number) else { return }
    if walk.isFreeList {
      noteFreePages(file.read(at: first * meta.pageSize + header, count: byteCount), number)
    }
  }

  private var isQuick: Bool { extent != .everything && extent != .freePages }

  /// Notes that pages are used, or reports why they cannot be.
  private mutating func use(_ first: Int, count: Int = 1, by page: Int) -> Bool {
    guard first >= 2, count <= readablePages, first <= readablePages - count else {
      report(page, "refers to page \(first), which is not in the file")
      return false
    }
    var number = first
    while number < first + count {
      let (word, low) = (number >> 6, number & 63)
      let size = min(64 - low, first + count - number)
      let pages = (UInt64.max >> UInt64(64 - size)) << UInt64(low)
      let met = seen[word] & pages
      guard met == 0 else {
        let known = word << 6 + met.trailingZeroBitCount
        report(page, "refers to page \(known), which is free or in use elsewhere")
        return false
      }
      seen[word] |= pages
      number += size
    }
    return true
  }

  /// Notes the pages of one entry of the free list: their number, then theirs.
  private mutating func noteFreePages(_ bytes: [UInt8], _ page: Int) {
    if isQuick { return }
    guard bytes.count >= 8, bytes.integer64(at: 0) < bytes.count / 8 else {
      return report(page, "has a damaged list of free pages")
    }
    for index in 0..<bytes.integer64(at: 0) {
      let number = bytes.integer64(at: 8 * (index + 1))
      if number >= readablePages, number <= meta.lastPage, freeBeyondEnd.insert(number).inserted {
        continue
      }
      if !use(number, by: page) { return }
    }
  }
}
