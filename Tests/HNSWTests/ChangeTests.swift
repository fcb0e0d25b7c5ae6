import HNSW
import LMDB
import Synchronization
import Testing
import TestSupport

@Suite struct ChangeTests {
  /// Random insertions, replacements and deletions, thousands of them, in five rounds, with a
  /// compaction before the third and the fifth.
  @Test(arguments: [1, 2])
  func `nothing becomes unreachable`(threads: Int) throws {
    let seed: UInt64 = 11
    var random = SplitMix(seed: seed)
    var fixture = try Fixture(IndexConfiguration(dimensions: 24, m: 8, efConstruction: 60))
    for round in 0..<5 {
      if round == 2 || round == 4 { fixture = try Fixture(compacting: fixture, threads: threads) }
      for batch in 0..<4 {
        let fresh = (0..<300).map { "r\(round)b\(batch)n\($0)" }
        let replaced = fixture.rows.keys.sorted().shuffled(using: &random).prefix(100)
        let ids = fresh + replaced
        let rows = clustered(ids.count, dimensions: 24, seed: random.next())
        try fixture.upsert(ids, rows, threads: threads)
        let doomed = fixture.rows.keys.sorted().shuffled(using: &random).prefix(200)
        try fixture.delete(Array(doomed))
      }
      try fixture.snapshot { snapshot in
        let statistics = snapshot.statistics()
        #expect(statistics.unreachable == 0, "round \(round), seed \(seed)")
        #expect(snapshot.count == fixture.rows.count)
        for (id, row) in fixture.rows {
          let hits = try snapshot.search(row.span, k: 1, ef: 40).hits
          let nearest = try hits.first.flatMap { try snapshot.id(of: $0.slot) }
          #expect(nearest == id, "seed \(seed)")
        }
      }
      #expect(try fixture.environment.read { try fixture.index.verify($0) } == [])
    }
  }

  @Test func `The first slot from a place is the least that is not before it`() throws {
    let seed: UInt64 = 5
    var random = SplitMix(seed: seed)
    let fixture = try Fixture(IndexConfiguration(dimensions: 8, m: 4, efConstruction: 8))
    try fixture.upsert((0..<500).map { "\($0)" }, clustered(500, dimensions: 8, seed: seed))
    #expect(try fixture.snapshot { $0.firstSlot(from: 0) } == 0)
    for _ in 0..<3 {
      let left = fixture.rows.keys.sorted().shuffled(using: &random)
      try fixture.delete(Array(left.prefix(left.count * 3 / 4)))
      try fixture.snapshot { snapshot in
        let slots = try fixture.rows.keys.map { try #require(try snapshot.slot(of: $0)) }.sorted()
        for place in Slot(0)..<600 {
          #expect(snapshot.firstSlot(from: place) == slots.first { $0 >= place }, "seed \(seed)")
        }
      }
    }
  }

  /// With so few links that repairs cut the graph again and again, and have to join its pieces.
  @Test(arguments: [2, 3])
  func `Repairs join the pieces, wherever a compaction has put them`(m: Int) throws {
    for seed in [UInt64](1...4) {
      var random = SplitMix(seed: seed)
      var fixture = try Fixture(IndexConfiguration(dimensions: 8, m: m, efConstruction: 8))
      for round in 0..<4 {
        try fixture.upsert(
          (0..<800).map { "\(round)-\($0)" }, clustered(800, dimensions: 8, seed: random.next()))
        fixture = try Fixture(compacting: fixture)
        let doomed = fixture.rows.keys.sorted().shuffled(using: &random)
        for part in 0..<4 {
          try fixture.delete(Array(doomed[part * doomed.count / 6..<(part + 1) * doomed.count / 6]))
          let unreachable = try fixture.snapshot { $0.statistics().unreachable }
          #expect(unreachable == 0, "round \(round), part \(part), seed \(seed)")
        }
      }
      #expect(try fixture.environment.read { try fixture.index.verify($0) } == [], "seed \(seed)")
    }
  }

  /// Nobody of the crowd has them for a near neighbor.
  @Test(arguments: [4, 8])
  func `outliers are not lost in a crowd`(m: Int) throws {
    let seed: UInt64 = 3
    var random = SplitMix(seed: seed)
    let fixture = try Fixture(IndexConfiguration(dimensions: 16, m: m, efConstruction: 8 * m))
    for batch in 0..<10 {
      let rows = (0..<300).flatMap { row in
        (0..<16).map { _ in 2 + random.normal() * (row % 10 == 0 ? 3 : 0.2) }
      }
      try fixture.upsert((0..<300).map { "\(batch)-\($0)" }, rows)
      let unreachable = try fixture.snapshot { $0.statistics().unreachable }
      #expect(unreachable == 0, "batch \(batch), seed \(seed)")
    }
    let lost = try fixture.snapshot { snapshot in
      try fixture.rows.filter { id, row in
        let hits = try snapshot.search(row.span, k: 1).hits
        return try hits.first.flatMap { try snapshot.id(of: $0.slot) } != id
      }
    }
    #expect(m < 8 || lost.isEmpty, "\(lost.count) of \(fixture.rows.count), seed \(seed)")
  }

  @Test func `churn costs no recall`() throws {
    let dimensions = 24
    let configuration = IndexConfiguration(dimensions: dimensions)
    let fixture = try Fixture(configuration)
    var random = SplitMix(seed: 5)
    try fixture.upsert(
      (0..<4000).map { "0-\($0)" }, clustered(4000, dimensions: dimensions, seed: 6))
    for round in 1...3 {
      let doomed = fixture.rows.keys.sorted().shuffled(using: &random)
      try fixture.delete(Array(doomed.prefix(doomed.count / 2)))
      let count = doomed.count * 3 / 10
      try fixture.upsert(
        (0..<count).map { "\(round)-\($0)" },
        clustered(count, dimensions: dimensions, seed: UInt64(60 + round)))
    }
    let fresh = try Fixture(configuration)
    let ids = fixture.rows.keys.sorted()
    try fresh.upsert(ids, ids.flatMap { fixture.rows[$0] ?? [] })
    let queries = clustered(200, dimensions: dimensions, seed: 99)
    let churned = try fixture.recall(queries, ef: 20)
    let rebuilt = try fresh.recall(queries, ef: 20)
    #expect(churned >= rebuilt - 0.005, "\(churned) after churn, \(rebuilt) built afresh")
    #expect(try fixture.snapshot { $0.statistics().unreachable } == 0)
  }

  @Test func `Nearly all that a poor graph misses is found once it has been repaired`() throws {
    let dimensions = 48
    let fixture = try Fixture(
      IndexConfiguration(dimensions: dimensions, m: 6, efConstruction: 16))
    var random = SplitMix(seed: 8)
    let rows = (0..<6000 * dimensions).map { _ in Float.random(in: -1...1, using: &random) }
    try fixture.upsert((0..<6000).map { "p\($0)" }, rows)
    func missed() throws -> Int {
      try fixture.snapshot { snapshot in
        try fixture.rows.count { id, row in
          let hit = try snapshot.search(row.span, k: 1).hits.first
          return try hit.map { try snapshot.id(of: $0.slot) } != id
        }
      }
    }
    #expect(try missed() > 30, "the graph is to be poor")
    try fixture.delete((0..<2000).map { "p\($0)" })
    #expect(try fixture.snapshot { $0.statistics().tombstones } == 0)
    #expect(try missed() <= 3)
  }

  @Test func `deleted items are never returned`() throws {
    let fixture = try Fixture(IndexConfiguration(dimensions: 16))
    let rows = clustered(2000, dimensions: 16, seed: 8)
    try fixture.upsert((0..<2000).map { "p\($0)" }, rows)
    try fixture.delete((0..<200).map { "p\($0)" })
    try fixture.snapshot { snapshot in
      #expect(snapshot.statistics().tombstones == 200)
      for row in 0..<200 {
        let query = Array(rows[row * 16..<(row + 1) * 16])
        for hit in try snapshot.search(query.span, k: 20, ef: 30).hits {
          let isLive = snapshot.contains(hit.slot)
          #expect(isLive)
        }
      }
    }
    try fixture.delete((200..<2000).map { "p\($0)" })
    let query = Array(rows[..<16])
    #expect(try fixture.snapshot { try $0.search(query.span, k: 5).hits.isEmpty })
    try fixture.upsert(["again"], Array(rows[..<16]))
    #expect(try fixture.snapshot { try $0.search(query.span, k: 5).hits.count } == 1)
    #expect(try fixture.environment.read { try fixture.index.verify($0) } == [])
  }

  @Test func `one thread and seed give the same bytes`() throws {
    let rows = clustered(1500, dimensions: 20, seed: 12)
    let hashes = try (0..<2).map { _ -> [UInt8] in
      let fixture = try Fixture(IndexConfiguration(dimensions: 20, m: 6, seed: 3))
      try fixture.upsert((0..<1000).map { "p\($0)" }, Array(rows[..<20_000]))
      try fixture.delete((0..<300).map { "p\($0)" })
      try fixture.upsert((1000..<1500).map { "p\($0)" }, Array(rows[20_000...]))
      return try fixture.environment.read { txn in
        var bytes: [UInt8] = []
        for name in txn.databaseNames {
          guard let database = try txn.database(named: name) else { continue }
          try txn.forEach(in: database) { key, value in
            bytes += [UInt8](bytes: key) + [UInt8](bytes: value)
            return true
          }
        }
        return bytes
      }
    }
    #expect(!hashes[0].isEmpty && hashes[0] == hashes[1])
  }

  @Test func `a failed write leaves the index as it was`() throws {
    let fixture = try Fixture(IndexConfiguration(dimensions: 8))
    let rows = clustered(100, dimensions: 8, seed: 1)
    try fixture.upsert((0..<100).map { "p\($0)" }, rows)
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      try fixture.environment.write { txn in
        try fixture.index.write(txn) { writer in
          try writer.delete("p1")
          try writer.upsert(ids: ["new"], vectors: Array(rows[..<8]))
        }
        throw Stop()
      }
    }
    try fixture.snapshot { snapshot in
      #expect(snapshot.count == 100)
      let (kept, new) = try (snapshot.slot(of: "p1"), snapshot.slot(of: "new"))
      #expect(kept != nil && new == nil)
    }
    try fixture.upsert(["new"], Array(rows[..<8]))
    #expect(try fixture.environment.read { try fixture.index.verify($0) } == [])
  }

  @Test func `bad input is refused by name`() throws {
    let fixture = try Fixture(IndexConfiguration(dimensions: 4))
    func upsert(_ ids: [String], _ rows: [Float]) throws { try fixture.upsert(ids, rows) }
    #expect(throws: HNSWError.self) { try upsert(["a"], [1, 2, 3]) }
    #expect(throws: HNSWError.invalidVector(row: 1, reason: "component 2 is nan")) {
      try upsert(["a", "b"], [1, 2, 3, 4, 1, 2, .nan, 4])
    }
    #expect(throws: HNSWError.self) { try upsert(["zero"], [0, 0, 0, 0]) }
    #expect(throws: HNSWError.self) { try upsert([""], [1, 2, 3, 4]) }
    #expect(throws: HNSWError.self) {
      try upsert([String(repeating: "x", count: 512)], [1, 2, 3, 4])
    }
    #expect(throws: HNSWError.alreadyWritten) {
      try fixture.environment.write { txn in
        try fixture.index.write(txn) { _ = try $0.upsert(ids: ["a"], vectors: [1, 2, 3, 4]) }
        try fixture.index.write(txn) { _ = try $0.upsert(ids: ["b"], vectors: [1, 2, 3, 4]) }
      }
    }
    #expect(try fixture.snapshot { $0.count } == 0)
  }

  /// Squares of such lengths are no numbers any more; cosine does without the length.
  @Test(arguments: Metric.allCases)
  func `Vectors too long to be compared are refused, and found by their direction`(
    metric: Metric
  ) throws {
    let fixture = try Fixture(IndexConfiguration(dimensions: 2, metric: metric))
    let long: [Float] = [3e38, 3e38]
    if metric == .cosine {
      try fixture.upsert(["long", "other"], long + [1, -1])
      let hits = try fixture.snapshot { try $0.search(long.span, k: 1).hits }
      #expect(hits.map(\.slot) == [0])
    } else {
      #expect(throws: HNSWError.self) { try fixture.upsert(["long", "other"], long + long) }
      try fixture.upsert(["short"], [1, 1])
      #expect(throws: HNSWError.self) { try fixture.snapshot { try $0.search(long.span, k: 1) } }
    }
  }

  @Test func `What a change of one vector writes does not depend on how many there are`() throws {
    let fixture = try Fixture(IndexConfiguration(dimensions: 24))
    var written: [Int] = []
    for (count, start) in [(2000, 0), (18_000, 2000)] {
      let rows = clustered(count + 1, dimensions: 24, seed: UInt64(count))
      try fixture.upsert((start..<start + count).map { "p\($0)" }, Array(rows.dropLast(24)))
      let before = fixture.index.bytesWritten.withLock { $0 }
      try fixture.upsert(["p\(start)"], Array(rows.suffix(24)))
      written.append(fixture.index.bytesWritten.withLock { $0 } - before)
    }
    #expect(written[0] > 0 && written[1] < 2 * written[0], "\(written) bytes")
  }
}
