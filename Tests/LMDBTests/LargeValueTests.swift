import Foundation
import LMDB
import Testing

/// Where large values lie, which is looked up past liblmdb.
@Suite struct LargeValueTests {
  private let directory = TemporaryDirectory()

  @Test func `Values on pages of their own are where a cursor finds them`() throws {
    let environment = try Environment(path: directory.path)
    // Enough for branches below the root; keys are removed and values replaced.
    try environment.fillWithSamples(count: 16_000)
    try environment.write { (txn: borrowing WriteTransaction) in
      let large = try #require(try txn.database(named: "large"))
      for key: UInt32 in stride(from: 0, to: 16_000, by: 24) { try txn.delete(key, in: large) }
    }
    try environment.read { (txn: borrowing ReadTransaction) in
      let large = try #require(try txn.database(named: "large"))
      let depth = try txn.statistics(large).depth
      #expect(depth > 1)
      let values = try txn.largeValues(of: large)
      #expect(values.count == 1333)
      try txn.withCursor(in: large) { cursor in
        for value in values {
          let moved = try cursor.moveToNext()
          let known = cursor.valueAddress
          #expect(
            moved && value.baseAddress == known.baseAddress && value.count == known.count)
        }
      }
    }
  }

  @Test func `A database without values has none, and a small one is an error`() throws {
    let environment = try Environment(path: directory.path)
    let (empty, small) = try environment.write { (txn: borrowing WriteTransaction) in
      let small = try txn.createDatabase(named: "small")
      try txn.put([1, 2, 3], in: small, for: "key")
      return (try txn.createDatabase(named: "empty", integerKeys: true), small)
    }
    try environment.read { (txn: borrowing ReadTransaction) in
      let none = try txn.largeValues(of: empty)
      #expect(none.isEmpty)
      do {
        _ = try txn.largeValues(of: small)
        Issue.record("found places for a value within a page of keys")
      } catch {
        #expect("\(error)".contains("small value"))
      }
    }
  }

  /// As when a compacted copy takes the file's place while others still read the old one.
  @Test func `They are those of the file that is open, not of one in its place`() throws {
    let environment = try Environment(path: directory.path)
    try environment.fillWithSamples()
    let other = TemporaryDirectory()
    try environment.copy(to: other.path)
    try #require(rename(other.appending("data.mdb"), directory.appending("data.mdb")) == 0)
    try environment.read { (txn: borrowing ReadTransaction) in
      let large = try #require(try txn.database(named: "large"))
      let last = try #require(try txn.largeValues(of: large).last)
      let known = try txn.withCursor(in: large) { cursor in
        try cursor.moveToLast() ? cursor.valueAddress.baseAddress : nil
      }
      #expect(last.baseAddress == known)
    }
  }

  /// What is damaged after an environment was opened has not been checked.
  @Test func `A place beyond the file is an error`() throws {
    let environment = try Environment(path: directory.path)
    try environment.fillWithSamples()
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
        _ = try txn.largeValues(of: large)
        Issue.record("found a place beyond the file")
      } catch {
        #expect("\(error)".contains("which is not in the file"), "\(error)")
      }
    }
  }
}

extension Transaction where Self: ~Copyable {
  fileprivate func largeValues(of database: Database) throws -> [UnsafeRawBufferPointer] {
    var values: [UnsafeRawBufferPointer] = []
    try withLargeValues(of: database) { values.append($0) }
    return values
  }
}
