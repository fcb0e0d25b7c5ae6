import Foundation
import HNSW
import LMDB
import Testing
import TestSupport

/// An index that has just been opened does not know yet where its blocks lie.
@Suite struct OpeningTests {
  @Test(arguments: VectorStorage.allCases, [Metric.cosine, .l2])
  func `The first search after opening finds what later ones find`(
    storage: VectorStorage, metric: Metric
  ) throws {
    let fixture = try Fixture(
      IndexConfiguration(
        dimensions: 200, metric: metric, m: 8, efConstruction: 40, storage: storage))
    let rows = clustered(6000, dimensions: 200, seed: 81)
    try fixture.upsert((0..<6000).map(String.init), rows, threads: 2)
    try fixture.delete((0..<50).map(String.init))
    let some = SlotSet((100..<2000).map { Slot($0) })
    let searches = [
      SearchParameters(k: 10, ef: 64), SearchParameters(k: 300), SearchParameters(k: 6000),
      SearchParameters(k: 10, filter: some), SearchParameters(k: 10, exact: true),
      SearchParameters(k: 10, maxDistance: 0.5),
    ]
    let queries = clustered(searches.count, dimensions: 200, seed: 82)
    for (row, parameters) in searches.enumerated() {
      let query = Array(queries[row * 200..<(row + 1) * 200])
      let index = try VectorIndex(environment: fixture.environment)
      let found = try (0..<2).map { _ in
        try fixture.environment.read { txn in
          try index.withSnapshot(txn) { try $0.search(query.span, parameters) }
        }
      }
      #expect(found[0].hits == found[1].hits, "search \(row)")
    }
  }

  @Test func `What is asked first may be something else than a search`() throws {
    let fixture = try Fixture.shared
    let queries = clustered(20, dimensions: 24, seed: 83)
    func first<R>(_ body: (borrowing Snapshot) throws -> R) throws -> R {
      let index = try VectorIndex(environment: fixture.environment)
      return try fixture.environment.read { try index.withSnapshot($0, body) }
    }
    let slot = try fixture.snapshot { snapshot in
      try #require((0..<Slot(snapshot.slotCapacity)).first { snapshot.contains($0) })
    }
    #expect(try first { $0.vector(of: slot) } == fixture.snapshot { $0.vector(of: slot) })
    #expect(try first { $0.slots } == fixture.snapshot { $0.slots })
    #expect(try first { $0.statistics().levels } == fixture.snapshot { $0.statistics().levels })
    let parameters = SearchParameters(k: 5)
    let batch = try first { try $0.search(batch: queries, parameters, threads: 2).map(\.hits) }
    #expect(
      try batch
        == fixture.snapshot {
          try $0.search(batch: queries, parameters, threads: 2).map(\.hits)
        })
  }

  /// Opening reads no leaf but the last of each tree.
  @Test func `Damaged places are an error of the first search, and of all that comes after`() throws
  {
    let fixture = try Fixture(IndexConfiguration(dimensions: 16, m: 8, efConstruction: 40))
    try fixture.upsert(
      (0..<60_000).map(String.init), clustered(60_000, dimensions: 16, seed: 84), threads: 2)
    try damageLeaves(in: fixture.directory.path + "/data.mdb")
    let index = try VectorIndex(environment: fixture.environment)
    let query = clustered(1, dimensions: 16, seed: 85)
    func expectError<R>(_ body: (borrowing Snapshot) throws -> R) throws {
      do {
        _ = try fixture.environment.read { try index.withSnapshot($0, body) }
        Issue.record("read what is damaged")
      } catch {
        #expect("\(error)".contains("which is not in the file"), "\(error)")
      }
    }
    try expectError { try $0.search(query.span) }
    try expectError { try $0.search(query.span) }
    try expectError { $0.vector(of: 1) }
    try expectError { $0.count }
    #expect(throws: LMDBError.self) {
      try fixture.environment.write { txn in try index.write(txn) { try $0.delete("7") } }
    }
  }

  /// Sends the values of all leaves of blocks of a page astray, but for the first and the last
  /// leaves.
  private func damageLeaves(in path: String) throws {
    let (pageSize, blockBytes) = (Int(getpagesize()), Int(getpagesize()) - 16)
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    let bytes = [UInt8](try #require(try file.readToEnd()))
    func number(at offset: Int) -> Int { Int(bytes[offset]) | Int(bytes[offset + 1]) << 8 }
    var damaged = 0
    for page in stride(from: 2 * pageSize, to: bytes.count, by: pageSize) {
      guard number(at: page + 10) == 2,
        number(at: page) | number(at: page + 2) << 16 == page / pageSize
      else { continue }
      let count = (number(at: page + 12) - 16) / 2
      guard count > 170, count < 200 else { continue }
      for entry in 0..<count {
        let node = page + number(at: page + 16 + 2 * entry)
        guard node + 20 <= page + pageSize, number(at: node + 4) == 1,
          number(at: node) == blockBytes, number(at: node + 8) > 0
        else { break }
        try file.seek(toOffset: UInt64(node + 12))
        try file.write(contentsOf: [UInt8](repeating: 0x7F, count: 6))
        damaged += 1
      }
    }
    try file.close()
    #expect(damaged > 500)
  }
}
