import HNSW
import LMDB
import TestSupport
import Testing
import Vitrine

@Suite struct DerivedDefectTests {
  @Test(arguments: [1, 2, 3] as [UInt64])
  func `what is stored beside products is what they make, whatever has changed`(
    seed: UInt64
  ) throws {
    var random = RandomCatalogue(seed: seed)
    var fixture = try StoreFixture()
    for _ in 0..<4 {
      try fixture.fill(&random, batches: 3, size: 60)
      let defects = try fixture.read { try $0.derivedDefects(in: $1) { _ in } }
      #expect(defects == [], "seed \(seed)")
    }
  }

  /// Nothing in these databases carries a checksum but the columns.
  @Test(arguments: [
    "columns", "keywords", "names", "postings", "words", "words.reversed", "fields",
  ])
  func `one bit, entry more or entry less beside products is found`(name: String) throws {
    let seed: UInt64 = 4
    var random = RandomCatalogue(seed: seed)
    var fixture = try StoreFixture()
    try fixture.fill(&random, batches: 3, size: 60)
    let schema = fixture.schema
    let entries = try fixture.environment.read { (txn: borrowing ReadTransaction) in
      let database = try #require(try txn.database(named: name))
      var entries: [(key: [UInt8], value: [UInt8])] = []
      try txn.forEach(in: database, .all) { key, value in
        entries.append((key.withUnsafeBytes { Array($0) }, value.withUnsafeBytes { Array($0) }))
        return true
      }
      return entries
    }
    #expect(!entries.isEmpty)
    for entry in entries.shuffled(using: &random.generator).prefix(25) {
      var (key, value) = entry
      // Products may write a keyword in upper or lower case: 0x20 is the difference.
      let bit = random.pick([1, 2, 4, 8, 0x10, 0x40, 0x80] as [UInt8])
      for change in ["bit", "more", "less"] where change != "bit" || !value.isEmpty {
        switch change {
        case "bit": value[Int.random(in: 0..<value.count, using: &random.generator)] ^= bit
        case "more": key[Int.random(in: 0..<key.count, using: &random.generator)] ^= bit
        default: key = entry.key
        }
        let defects = try fixture.defects(schema) { txn in
          let database = try #require(try txn.database(named: name))
          if change == "less" {
            try txn.delete(key, in: database)
          } else {
            try txn.put(value, in: database, for: key)
          }
        }
        #expect(!defects.isEmpty, "\(change) of \(key), seed \(seed)")
      }
    }
  }
}

extension StoreFixture {
  private struct Undone: Error {}

  /// What is found after a change, which is then undone.
  fileprivate func defects(
    _ schema: Schema, after change: (borrowing WriteTransaction) throws -> Void
  ) throws -> [String] {
    var defects: [String] = []
    do {
      try environment.write { (txn: borrowing WriteTransaction) in
        try change(txn)
        let store = try ProductStore(creatingIn: txn, schema: schema)
        defects = try store.derivedDefects(in: txn) { _ in }
        throw Undone()
      }
    } catch is Undone {}
    return defects
  }
}
