import Foundation
import HNSW
import LMDB
import Testing
import TestSupport

@Suite struct StorageTests {
  @Test func `reopening gives the same answers`() throws {
    let directory = TemporaryDirectory()
    let rows = clustered(2000, dimensions: 16, seed: 21)
    func answers() throws -> [SearchResult] {
      let environment = try LMDB.Environment(path: directory.path)
      let index = try VectorIndex(environment: environment)
      return try environment.read { txn in
        try index.withSnapshot(txn) {
          try $0.search(batch: Array(rows[..<1600]), SearchParameters(ef: 30), threads: 2)
        }
      }
    }
    do {
      let environment = try LMDB.Environment(path: directory.path)
      try environment.write {
        try VectorIndex.create(in: $0, configuration: IndexConfiguration(dimensions: 16))
      }
      let index = try VectorIndex(environment: environment)
      try environment.write { txn in
        try index.write(txn, threads: 2) {
          _ = try $0.upsert(ids: (0..<2000).map { "p\($0)" }, vectors: rows)
        }
      }
    }
    let first = try answers()
    #expect(first.count == 100)
    #expect(try answers() == first)
  }

  @Test(arguments: [
    (16, VectorStorage.int16, ["hnsw.residuals"]),
    (144, .float16, ["hnsw.vectors", "hnsw.codes.lower"]),
  ])
  func `verify finds a flipped byte in every kind of block`(
    dimensions: Int, storage: VectorStorage, databases: [String]
  ) throws {
    let fixture = try Fixture(IndexConfiguration(dimensions: dimensions, storage: storage))
    try fixture.upsert(
      (0..<1500).map { "p\($0)" }, clustered(1500, dimensions: dimensions, seed: 22))
    #expect(try fixture.environment.read { try fixture.index.verify($0) } == [])
    for name in ["hnsw.codes", "hnsw.live", "hnsw.links.0", "hnsw.links.1"] + databases {
      try fixture.environment.write { txn in
        guard let database = try txn.database(named: name) else { throw HNSWError.alreadyExists }
        var value = try #require(try txn.get(in: database, for: UInt32(0)))
        value[value.count / 3] ^= 4
        try txn.put(value, in: database, for: UInt32(0))
      }
      let findings = try fixture.environment.read { try fixture.index.verify($0) }
      #expect(findings.contains { $0.description.contains("block 0 of \(name) ") }, "\(findings)")
      // A copy would seal it anew.
      #expect(throws: HNSWError.self) { try Fixture(compacting: fixture) }
      try fixture.environment.write { txn in
        guard let database = try txn.database(named: name) else { return }
        var value = try #require(try txn.get(in: database, for: UInt32(0)))
        value[value.count / 3] ^= 4
        try txn.put(value, in: database, for: UInt32(0))
      }
    }
    #expect(try fixture.environment.read { try fixture.index.verify($0) } == [])
  }

  /// A writer that copied a damaged block would give the copy a checksum that is right.
  @Test(arguments: [16, 144])
  func `a damaged block is not changed and sealed anew`(dimensions: Int) throws {
    let fixture = try Fixture(IndexConfiguration(dimensions: dimensions))
    let rows = clustered(40, dimensions: dimensions, seed: 23)
    try fixture.upsert((0..<40).map { "p\($0)" }, rows)
    let names = ["hnsw.codes", "hnsw.residuals", "hnsw.live", "hnsw.links.0"]
    for name in dimensions > 128 ? names + ["hnsw.codes.lower"] : names {
      func flip() throws {
        try fixture.environment.write { txn in
          guard let database = try txn.database(named: name) else { return }
          var value = try #require(try txn.get(in: database, for: UInt32(0)))
          value[900] ^= 1
          try txn.put(value, in: database, for: UInt32(0))
        }
      }
      try flip()
      do {
        try fixture.upsert(["more"], Array(rows[..<dimensions]))
        Issue.record("\(name): written")
      } catch {
        #expect("\(error)".contains("block 0 of \(name) "), "\(error)")
      }
      fixture.rows["more"] = nil
      try flip()
      #expect(try fixture.environment.read { try fixture.index.verify($0) } == [])
    }
    try fixture.upsert(["more"], Array(rows[..<dimensions]))
    #expect(try fixture.snapshot { $0.count } == 41)
  }

  @Test func `damaged headers are refused`() throws {
    let fixture = try Fixture(IndexConfiguration(dimensions: 16))
    try fixture.upsert(["a"], clustered(1, dimensions: 16, seed: 22))
    for (offset, expected) in [(0, "another form"), (4, "format"), (40, "checksum")] {
      func flip() throws {
        try fixture.environment.write { txn in
          guard let database = try txn.database(named: "hnsw.meta") else { return }
          var value = try #require(try txn.get(in: database, for: "header"))
          value[offset] ^= 2
          try txn.put(value, in: database, for: "header")
        }
      }
      try flip()
      do {
        _ = try VectorIndex(environment: fixture.environment)
        Issue.record("opened with byte \(offset) flipped")
      } catch {
        #expect("\(error)".contains(expected))
      }
      try flip()
    }
  }

  /// Norms of codes are kept in these where there is room, and else behind them.
  @Test(arguments: [24, 128]) func `compaction keeps the answers`(dimensions: Int) throws {
    let fixture = try Fixture(IndexConfiguration(dimensions: dimensions))
    try fixture.upsert(
      (0..<3000).map { "p\($0)" }, clustered(3000, dimensions: dimensions, seed: 31))
    try fixture.delete((0..<3000).filter { $0 % 3 == 0 }.map { "p\($0)" })
    try fixture.upsert(
      (3000..<3100).map { "p\($0)" }, clustered(100, dimensions: dimensions, seed: 32))
    try fixture.delete((3000..<3050).map { "p\($0)" })
    let target = TemporaryDirectory()
    let environment = try LMDB.Environment(path: target.path)
    let moved = try fixture.environment.read { try fixture.index.compact($0, into: environment) }
    let index = try VectorIndex(environment: environment)
    #expect(try environment.read { try index.verify($0) } == [])
    try environment.read { txn in
      try index.withSnapshot(txn) { snapshot in
        let statistics = snapshot.statistics()
        #expect(snapshot.count == fixture.rows.count && snapshot.slotCapacity == snapshot.count)
        #expect(statistics.unreachable == 0 && statistics.tombstones == 0)
        for (id, row) in fixture.rows {
          let old = try #require(try fixture.snapshot { try $0.slot(of: id) })
          let new = try snapshot.slot(of: id)
          #expect(new == moved[Int(old)])
          let hits = try snapshot.search(row.span, k: 1, ef: 40).hits
          let nearest = try hits.first.flatMap { try snapshot.id(of: $0.slot) }
          #expect(nearest == id)
        }
      }
    }
    #expect(moved.count { $0 == nil } == 1050)
    #expect(2 * environment.information.usedSize < fixture.environment.information.usedSize)
  }

  /// An index that begins with one vector and grows into something else entirely.
  @Test(arguments: Metric.allCases, [VectorStorage.int16, .codesOnly])
  func `codes follow what the index grows into`(metric: Metric, storage: VectorStorage) throws {
    let dimensions = 32
    let fixture = try Fixture(
      IndexConfiguration(dimensions: dimensions, metric: metric, storage: storage))
    try fixture.upsert(["first"], [Float](repeating: 0.01, count: dimensions))
    var rows = clustered(4000, dimensions: dimensions, seed: 41, offset: -3, scale: 2)
    if metric == .innerProduct { rows = unit(rows, dimensions) }
    for start in stride(from: 0, to: 4000, by: 500) {
      try fixture.upsert(
        (start..<start + 500).map { "p\($0)" },
        Array(rows[start * dimensions..<(start + 500) * dimensions]))
    }
    var queries = clustered(60, dimensions: dimensions, seed: 42, offset: -3, scale: 2)
    if metric == .innerProduct { queries = unit(queries, dimensions) }
    let recall = try fixture.recall(queries, ef: 64)
    #expect(recall >= (storage == .codesOnly ? 0.85 : 0.97), "recall \(recall)")
    #expect(try fixture.snapshot { $0.statistics().calibrations } >= 2)
  }

  /// Far fewer than what makes the index grow by an eighth.
  @Test func `A batch unlike all before makes the codes anew`() throws {
    let fixture = try Fixture(IndexConfiguration(dimensions: 24))
    try fixture.upsert((0..<4000).map { "p\($0)" }, clustered(4000, dimensions: 24, seed: 43))
    let before = try fixture.snapshot { $0.statistics().calibrations }
    try fixture.upsert((0..<100).map { "q\($0)" }, clustered(100, dimensions: 24, seed: 44))
    #expect(try fixture.snapshot { $0.statistics().calibrations } == before)
    let unlike = (0..<100).flatMap { row in (0..<24).map { Float($0 == row % 24 ? 1 : 0) } }
    try fixture.upsert((0..<100).map { "r\($0)" }, unlike)
    #expect(try fixture.snapshot { $0.statistics().calibrations } == before + 1)
  }

  @Test func `readers see the snapshot they began with`() throws {
    // Used by one thread at a time.
    nonisolated(unsafe) let fixture = try Fixture(IndexConfiguration(dimensions: 16))
    let rows = clustered(1000, dimensions: 16, seed: 51)
    let query = Array(rows[..<16])
    try fixture.upsert((0..<500).map { "p\($0)" }, Array(rows[..<8000]))
    try fixture.environment.read { txn in
      let before = try fixture.index.withSnapshot(txn) { try $0.search(query.span, k: 20) }
      // Another thread writes; a write within a read of the same thread is refused.
      let writer = Thread {
        try? fixture.upsert((0..<500).map { "q\($0)" }, Array(rows[8000...]))
        try? fixture.delete((0..<400).map { "p\($0)" })
      }
      writer.start()
      while !writer.isFinished { Thread.sleep(forTimeInterval: 0.01) }
      try fixture.index.withSnapshot(txn) { snapshot in
        #expect(snapshot.count == 500)
        let after = try snapshot.search(query.span, k: 20)
        #expect(after == before)
      }
    }
    #expect(try fixture.snapshot { $0.count } == 600)
  }
}
