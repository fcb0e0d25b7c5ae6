import Foundation
import LMDB
import Testing
import TestSupport

/// Where large values lie, which is looked up past liblmdb.
@Suite struct LargeValueTreeTests {
  private let directory = TemporaryDirectory()

  @Test func `Values on pages of their own are where a cursor finds them`() throws {
    let environment = try Environment(path: directory.path)
    // Enough for a branch above the leaves; some values are replaced.
    try environment.fillWithLargeValues(count: 2000)
    try environment.read { (txn: borrowing ReadTransaction) in
      let large = try #require(try txn.database(named: "large"))
      let tree = try txn.largeValueTree(of: large)
      #expect(tree.count == 2000 && tree.leafCount > 10)
      let values = try tree.values()
      #expect(values.map(\.key) == Array(0..<2000))
      let again = try txn.largeValueTree(of: large, beside: tree).values()
      #expect(again.map(\.value.baseAddress) == values.map(\.value.baseAddress))
      try txn.withCursor(in: large) { cursor in
        for (_, value) in values {
          let moved = try cursor.moveToNext()
          let known = cursor.valueAddress
          #expect(
            moved && value.baseAddress == known.baseAddress && value.count == known.count)
        }
      }
    }
  }

  @Test func `Every key is in the leaf that is said to have it`() throws {
    let environment = try Environment(path: directory.path)
    try environment.fillWithLargeValues(count: 700)
    try environment.read { (txn: borrowing ReadTransaction) in
      let large = try #require(try txn.database(named: "large"))
      let tree = try txn.largeValueTree(of: large)
      for leaf in 0..<tree.leafCount {
        try tree.forEachValue(ofLeaf: leaf) { key, _ in #expect(tree.leaf(of: key) == leaf) }
      }
    }
  }

  @Test func `Without values there are none; small ones and gaps between keys are errors`() throws {
    let environment = try Environment(path: directory.path)
    let (empty, small, sparse) = try environment.write { (txn: borrowing WriteTransaction) in
      let small = try txn.createDatabase(named: "small", integerKeys: true)
      try txn.put([1, 2, 3], in: small, for: UInt32(0))
      let sparse = try txn.createDatabase(named: "sparse", integerKeys: true)
      for key: UInt32 in [0, 2] {
        try txn.put([UInt8](repeating: 1, count: 9000), in: sparse, for: key)
      }
      return (try txn.createDatabase(named: "empty", integerKeys: true), small, sparse)
    }
    try environment.read { (txn: borrowing ReadTransaction) in
      let none = try txn.largeValueTree(of: empty)
      #expect(none.count == 0 && none.leafCount == 0)
      for (database, problem) in [(small, "small value"), (sparse, "keys out of order")] {
        do {
          _ = try txn.largeValueTree(of: database)
          Issue.record("found places in \(database.name)")
        } catch {
          #expect("\(error)".contains(problem), "\(error)")
        }
      }
    }
  }

  /// As when a compacted copy takes the file's place while others still read the old one.
  @Test func `They are those of the file that is open, not of one in its place`() throws {
    let environment = try Environment(path: directory.path)
    try environment.fillWithLargeValues(count: 50)
    let other = TemporaryDirectory()
    try environment.copy(to: other.path)
    try #require(rename(other.appending("data.mdb"), directory.appending("data.mdb")) == 0)
    try environment.read { (txn: borrowing ReadTransaction) in
      let large = try #require(try txn.database(named: "large"))
      let last = try #require(try txn.largeValueTree(of: large).values().last)
      let known = try txn.withCursor(in: large) { cursor in
        try cursor.moveToLast() ? cursor.valueAddress.baseAddress : nil
      }
      #expect(last.value.baseAddress == known)
    }
  }

  /// What is damaged after an environment was opened has not been checked.
  @Test func `A place beyond the file is an error`() throws {
    let environment = try Environment(path: directory.path)
    try environment.fillWithLargeValues(count: 50)
    let pageSize = environment.information.pageSize
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: directory.appending("data.mdb")))
    let bytes = [UInt8](try #require(try file.readToEnd()))
    func number(at offset: Int) -> Int { Int(bytes[offset]) | Int(bytes[offset + 1]) << 8 }
    for page in stride(from: 2 * pageSize, to: bytes.count, by: pageSize) {
      let node = page + number(at: page + 16)
      guard number(at: page + 10) == 2, node + 20 <= page + pageSize, number(at: node + 4) == 1
      else { continue }
      // The first page of a leaf's first value, behind a key of four bytes.
      try file.seek(toOffset: UInt64(node + 12))
      try file.write(contentsOf: [UInt8](repeating: 0x7F, count: 8))
    }
    try environment.read { (txn: borrowing ReadTransaction) in
      let large = try #require(try txn.database(named: "large"))
      do {
        _ = try txn.largeValueTree(of: large).values()
        Issue.record("found a place beyond the file")
      } catch {
        #expect("\(error)".contains("which is not in the file"), "\(error)")
      }
    }
  }
}

extension Environment {
  /// A database of values without gaps between their keys, every third of which is replaced once.
  fileprivate func fillWithLargeValues(count: UInt32) throws {
    for pass: UInt32 in 0..<2 {
      try write { (txn: borrowing WriteTransaction) in
        let large = try txn.createDatabase(named: "large", integerKeys: true)
        for key in 0..<count where pass == 0 || key % 3 == 0 {
          let byte = UInt8(truncatingIfNeeded: key + pass)
          try txn.put([UInt8](repeating: byte, count: 9000), in: large, for: key)
        }
      }
    }
  }
}

extension LargeValueTree {
  fileprivate func values() throws -> [(key: Int, value: UnsafeRawBufferPointer)] {
    var values: [(key: Int, value: UnsafeRawBufferPointer)] = []
    for leaf in 0..<leafCount { try forEachValue(ofLeaf: leaf) { values.append(($0, $1)) } }
    return values
  }
}
