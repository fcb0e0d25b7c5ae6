/// What the walk of one tree carries along.
struct TreeWalk {
  let tree: TreeRecord
  let isFreeList: Bool
  var visitsLeaves = true
  var entries = 0
  var branchPages = 0
  var leafPages = 0
  var overflowPages = 0
  /// The key before: as a number where keys are, since there are most of those, else its bytes.
  private var lastNumber: UInt64?
  private var lastKey: [UInt8]?

  init(tree: TreeRecord, isFreeList: Bool) {
    self.tree = tree
    self.isFreeList = isFreeList
  }

  func countsAgree(withoutValues: Bool) -> Bool {
    entries == tree.entries && branchPages == tree.branchPages && leafPages == tree.leafPages
      && (withoutValues || overflowPages == tree.overflowPages)
  }

  /// Goes on over the keys of a leaf, the first of which may be the one in the branch above it.
  mutating func advance(over leaf: borrowing TreePage) throws(Damage) {
    for index in 0..<leaf.count {
      try advance(to: leaf.key(index), of: leaf, mayRepeat: index == 0)
    }
  }

  /// Goes on to the next key in the tree's order, or throws if it is out of order.
  mutating func advance(
    to key: Range<Int>, of page: borrowing TreePage, mayRepeat: Bool
  ) throws(Damage) {
    var isAfter = true
    if tree.hasIntegerKeys {
      guard key.count == 4 || key.count == 8 else { throw Damage("has a key that is no number") }
      let number =
        key.count == 4
        ? UInt64(page.bytes.integer32(at: key.lowerBound))
        : UInt64(bitPattern: Int64(page.bytes.integer64(at: key.lowerBound)))
      if let lastNumber { isAfter = lastNumber < number || (mayRepeat && lastNumber == number) }
      lastNumber = number
    } else {
      let bytes = page.bytes[key]
      if let lastKey {
        isAfter =
          lastKey.lexicographicallyPrecedes(bytes) || (mayRepeat && lastKey.elementsEqual(bytes))
      }
      lastKey = Array(bytes)
    }
    guard isAfter else { throw Damage("has keys out of order") }
  }
}
