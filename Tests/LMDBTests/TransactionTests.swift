import LMDB
import Testing
import TestSupport

@Suite struct TransactionTests {
  private let directory = TemporaryDirectory()

  private struct Cancelled: Error {}

  @Test func `What a write returns from is there for the next read and after reopening`() throws {
    do {
      let environment = try Environment(path: directory.path)
      try environment.write { (txn: borrowing WriteTransaction) in
        let words = try txn.createDatabase(named: "words")
        try txn.put([1, 2, 3], in: words, for: "one")
        let room = try txn.reserveAddress(4, in: words, for: "two")
        room.copyBytes(from: [7, 7, 7, 7] as [UInt8])
      }
      try environment.read { (txn: borrowing ReadTransaction) in
        let words = try #require(try txn.database(named: "words"))
        #expect(try txn.get(in: words, for: "one") == [1, 2, 3])
      }
    }
    let environment = try Environment(path: directory.path)
    try environment.read { (txn: borrowing ReadTransaction) in
      let words = try #require(try txn.database(named: "words"))
      #expect(try txn.get(in: words, for: "two") == [7, 7, 7, 7])
      #expect(try txn.get(in: words, for: "three") == nil)
      #expect(try txn.withValue(in: words, for: "one") { $0.byteCount } == 3)
      #expect(try txn.count(words) == 2)
    }
  }

  @Test func `What a write throws from leaves no trace, new databases included`() throws {
    let environment = try Environment(path: directory.path)
    let words = try environment.write { (txn: borrowing WriteTransaction) in
      let words = try txn.createDatabase(named: "words")
      try txn.put([1], in: words, for: "kept")
      return words
    }
    #expect(throws: Cancelled.self) {
      try environment.write { (txn: borrowing WriteTransaction) in
        try txn.put([2], in: words, for: "kept")
        _ = try txn.createDatabase(named: "lost")
        throw Cancelled()
      }
    }
    try environment.read { (txn: borrowing ReadTransaction) throws in
      #expect(try txn.get(in: words, for: "kept") == [1])
      #expect(try txn.database(named: "lost") == nil)
      #expect(txn.databaseNames == ["words"])
    }
  }

  @Test func `A read sees the commit before it began, whatever is written meanwhile`() throws {
    let environment = try Environment(path: directory.path)
    let counters = try environment.write { (txn: borrowing WriteTransaction) in
      let counters = try txn.createDatabase(named: "counters")
      try txn.put([1], in: counters, for: "n")
      return counters
    }
    try environment.write { (txn: borrowing WriteTransaction) in
      try txn.put([2], in: counters, for: "n")
      let before = try environment.read { (reader: borrowing ReadTransaction) in
        try reader.get(in: counters, for: "n")
      }
      #expect(before == [1])
      #expect(try txn.get(in: counters, for: "n") == [2])
    }
  }

  @Test func `Scans follow the order of keys forwards and backwards, within their range`() throws {
    let environment = try Environment(path: directory.path)
    for integerKeys in [false, true] {
      let numbers = try environment.write { (txn: borrowing WriteTransaction) in
        let numbers = try txn.createDatabase(
          named: "numbers \(integerKeys)", integerKeys: integerKeys)
        for number: UInt32 in [300, 2, 70_000, 255, 256] {
          try txn.put([UInt8(number % 251)], in: numbers, for: number)
        }
        return numbers
      }
      func scan(_ range: KeyRange, reversed: Bool = false) throws -> [UInt8] {
        try environment.read { (txn: borrowing ReadTransaction) in
          var found: [UInt8] = []
          try txn.forEach(in: numbers, range, reversed: reversed) { _, value in
            found.append(value[0])
            return true
          }
          return found
        }
      }
      #expect(try scan(.all) == [2, 4, 5, 49, 222])
      #expect(try scan(.all, reversed: true) == [222, 49, 5, 4, 2])
      #expect(try scan(.from(UInt32(255), through: UInt32(299))) == [4, 5])
      #expect(try scan(.from(UInt32(3)), reversed: true) == [222, 49, 5, 4])
      #expect(try scan(.from(UInt32(0), through: UInt32(300)), reversed: true) == [49, 5, 4, 2])
      #expect(try scan(.from(UInt32(80_000)), reversed: true) == [])
    }
  }
}

extension RawSpan {
  subscript(index: Int) -> UInt8 { unsafeLoad(fromByteOffset: index, as: UInt8.self) }
}
