/// A page of a B-tree, checked before anything in it is believed.
struct TreePage {
  static let headerByteCount = 16
  static let nodeHeaderByteCount = 8
  static let maximumKeyByteCount = 511
  static let overflowFlag = 0x04
  private static let branchFlag = 0x01
  private static let leafFlag = 0x02

  /// What a leaf keeps beside a key.
  enum Value {
    /// Bytes in the page.
    case inline(Range<Int>)
    /// A run of pages, and the value's size.
    case overflow(firstPage: Int, byteCount: Int)
    /// The record of a named database.
    case tree(TreeRecord)
  }

  struct Node {
    let offset: Int
    let key: Range<Int>
    /// Bytes taken in the page, header included, padding not.
    let byteCount: Int
  }

  let bytes: [UInt8]
  let isLeaf: Bool
  let nodes: [Node]

  /// Parses the page; throws what is wrong with it.
  init(_ bytes: [UInt8], number: Int, isLeaf: Bool) throws(Damage) {
    self.bytes = bytes
    self.isLeaf = isLeaf
    guard bytes.integer64(at: 0) == number else {
      throw Damage("holds the number of page \(bytes.integer64(at: 0))")
    }
    guard bytes.integer16(at: 10) == (isLeaf ? Self.leafFlag : Self.branchFlag) else {
      throw Damage("is not marked as a \(isLeaf ? "leaf" : "branch")")
    }
    let lower = bytes.integer16(at: 12)
    let upper = bytes.integer16(at: 14)
    let count = (lower - Self.headerByteCount) / 2
    guard lower % 2 == 0, lower <= upper, upper <= bytes.count, count >= (isLeaf ? 1 : 2) else {
      throw Damage("has impossible bounds")
    }
    var nodes: [Node] = []
    nodes.reserveCapacity(count)
    var taken = 0
    for index in 0..<count {
      let offset = bytes.integer16(at: Self.headerByteCount + 2 * index)
      let node = try Self.node(in: bytes, at: offset, from: upper, isLeaf: isLeaf)
      guard !node.key.isEmpty || (!isLeaf && index == 0) else {
        throw Damage("has an empty key")
      }
      taken += (node.byteCount + 1) & ~1
      nodes.append(node)
    }
    guard taken == bytes.count - upper else { throw Damage("has overlapping entries") }
    self.nodes = nodes
  }

  private static func node(
    in bytes: [UInt8], at offset: Int, from upper: Int, isLeaf: Bool
  ) throws(Damage) -> Node {
    guard offset >= upper, offset % 2 == 0, offset + nodeHeaderByteCount <= bytes.count else {
      throw Damage("points outside itself")
    }
    let keyByteCount = bytes.integer16(at: offset + 6)
    let start = offset + nodeHeaderByteCount
    var end = start + keyByteCount
    if isLeaf {
      end += isOverflow(bytes, offset) ? 8 : bytes.integer32(at: offset)
    }
    guard keyByteCount <= maximumKeyByteCount, end <= bytes.count else {
      throw Damage("has an entry that ends outside it")
    }
    return Node(offset: offset, key: start..<start + keyByteCount, byteCount: end - offset)
  }

  private static func isOverflow(_ bytes: [UInt8], _ offset: Int) -> Bool {
    bytes.integer16(at: offset + 4) == 1
  }

  /// The page below a branch's node.
  func child(_ index: Int) -> Int {
    let offset = nodes[index].offset
    return bytes.integer32(at: offset) | bytes.integer16(at: offset + 4) << 32
  }

  /// The value of a leaf's node.
  func value(_ index: Int) throws(Damage) -> Value {
    let node = nodes[index]
    let byteCount = bytes.integer32(at: node.offset)
    switch bytes.integer16(at: node.offset + 4) {
    case 0: return .inline(node.key.upperBound..<node.key.upperBound + byteCount)
    case 1:
      return .overflow(
        firstPage: bytes.integer64(at: node.key.upperBound), byteCount: byteCount)
    case 2 where byteCount == TreeRecord.byteCount:
      return .tree(TreeRecord(bytes, at: node.key.upperBound))
    default: throw Damage("has an entry of an unknown kind")
    }
  }

  func key(_ index: Int) -> ArraySlice<UInt8> { bytes[nodes[index].key] }
}

/// What is wrong with a page, as a predicate: "is not marked as a leaf".
struct Damage: Error {
  let problem: String
  init(_ problem: String) { self.problem = problem }
}
