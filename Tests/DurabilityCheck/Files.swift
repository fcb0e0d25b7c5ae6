import Foundation
import HNSW
import LMDB
import TestSupport

/// The data file of an index without free pages, written again and again with damage.
struct DamagedFile {
  let bytes: Data
  private let url: URL
  private let pageSize = Int(getpagesize())
  /// The pages of B-trees: they begin with their own number, and the mark of a branch or a leaf.
  private let treePages: [Int]

  init(of path: String) throws {
    url = URL(fileURLWithPath: path + "/data.mdb")
    bytes = try Data(contentsOf: url)
    treePages = (2..<bytes.count / pageSize).filter { [bytes, pageSize] page in
      let start = page * pageSize
      let number = (0..<8).reduce(0) { $0 | Int(bytes[start + $1]) << (8 * $1) }
      return number == page && (1...2).contains(bytes[start + 10])
    }
  }

  /// Writes the file anew with a change.
  func write(_ damage: (inout Data) -> Void) throws {
    var changed = bytes
    damage(&changed)
    try changed.write(to: url)
  }

  /// A bit of any page, or of those that liblmdb follows.
  func randomBit(inTree: Bool, using generator: inout SplitMix) -> (page: Int, bit: Int) {
    let page =
      inTree
      ? treePages[Int.random(in: 0..<treePages.count, using: &generator)]
      : Int.random(in: 0..<bytes.count / pageSize, using: &generator)
    return (page, Int.random(in: 0..<8 * pageSize, using: &generator))
  }

  /// Writes the file with one bit changed.
  func flip(page: Int, bit: Int) throws {
    try write { $0[page * pageSize + bit / 8] ^= 1 << (bit % 8) }
  }
}
