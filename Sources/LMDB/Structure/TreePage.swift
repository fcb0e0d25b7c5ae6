/// A page of a B-tree, checked before anything in it is believed.
struct TreePage: ~Copyable {
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
    /// The record of a named database, and where in the page it begins.
    case tree(offset: Int)
  }

  let bytes: [UInt8]
  let isLeaf: Bool
  /// Number of entries.
  let count: Int

  private init(_ bytes: [UInt8], isLeaf: Bool) {
    self.bytes = bytes
    self.isLeaf = isLeaf
    count = (bytes.integer16(at: 12) - Self.headerByteCount) / 2
  }

  /// Parses the page; throws what is wrong with it.
  static func parse(_ bytes: [UInt8], number: Int, isLeaf: Bool) throws(Damage) -> TreePage {
    let page = TreePage(bytes, isLeaf: isLeaf)
    try page.check(number: number)
    return page
  }

  private func check(number: Int) throws(Damage) {
    guard bytes.integer64(at: 0) == number else {
      throw Damage("holds the number of page \(bytes.integer64(at: 0))")
    }
    guard bytes.integer16(at: 10) == (isLeaf ? Self.leafFlag : Self.branchFlag) else {
      throw Damage("is not marked as a \(isLeaf ? "leaf" : "branch")")
    }
    let lower = bytes.integer16(at: 12)
    let upper = bytes.integer16(at: 14)
    guard lower % 2 == 0, lower <= upper, upper <= bytes.count, count >= (isLeaf ? 1 : 2) else {
      throw Damage("has impossible bounds")
    }
    var taken = 0
    for index in 0..<count {
      taken += (try checkEntry(index, from: upper) + 1) & ~1
    }
    guard taken == bytes.count - upper else { throw Damage("has overlapping entries") }
  }

  /// Where an entry begins.
  @inline(__always)
  private func offset(_ index: Int) -> Int {
    bytes.integer16(at: Self.headerByteCount + 2 * index)
  }

  /// Throws if an entry does not lie in the page; returns the bytes taken in it, header included,
  /// padding not.
  @inline(__always)
  private func checkEntry(_ index: Int, from upper: Int) throws(Damage) -> Int {
    let offset = offset(index)
    guard offset >= upper, offset % 2 == 0, offset + Self.nodeHeaderByteCount <= bytes.count else {
      throw Damage("points outside itself")
    }
    let keyByteCount = bytes.integer16(at: offset + 6)
    var end = offset + Self.nodeHeaderByteCount + keyByteCount
    if isLeaf { end += bytes.integer16(at: offset + 4) == 1 ? 8 : bytes.integer32(at: offset) }
    guard keyByteCount <= Self.maximumKeyByteCount, end <= bytes.count else {
      throw Damage("has an entry that ends outside it")
    }
    guard keyByteCount > 0 || (!isLeaf && index == 0) else { throw Damage("has an empty key") }
    return end - offset
  }

  /// Where an entry's key is.
  @inline(__always)
  func key(_ index: Int) -> Range<Int> {
    let offset = offset(index)
    let start = offset + Self.nodeHeaderByteCount
    return start..<start + bytes.integer16(at: offset + 6)
  }

  /// The page below a branch's entry.
  @inline(__always)
  func child(_ index: Int) -> Int {
    let offset = offset(index)
    return bytes.integer32(at: offset) | bytes.integer16(at: offset + 4) << 32
  }

  /// The pages below a branch.
  var children: [Int] { (0..<count).map { child($0) } }

  /// The value of a leaf's entry.
  @inline(__always)
  func value(_ index: Int) throws(Damage) -> Value {
    let (offset, start) = (offset(index), key(index).upperBound)
    let byteCount = bytes.integer32(at: offset)
    switch bytes.integer16(at: offset + 4) {
    case 0: return .inline(start..<start + byteCount)
    case 1: return .overflow(firstPage: bytes.integer64(at: start), byteCount: byteCount)
    case 2 where byteCount == TreeRecord.byteCount: return .tree(offset: start)
    default: throw Damage("has an entry of an unknown kind")
    }
  }
}

/// What is wrong with a page, as a predicate: "is not marked as a leaf".
struct Damage: Error {
  let problem: String
  init(_ problem: String) { self.problem = problem }
}
