import HNSW
import LMDB
import TestSupport
import Testing

/// Slots of a great batch, and of a compacted index: near vectors side by side.
@Suite struct ArrangementTests {
  private let configuration = IndexConfiguration(dimensions: 16, metric: .l2, storage: .float32)

  private static let (count, groups) = (6000, 40)

  /// Vectors around forty centres, in any order, and whose each is.
  private func grouped() -> (rows: [[Float]], groups: [Int]) {
    var random = SplitMix(seed: 71)
    let groups = (0..<Self.count).map { _ in Int.random(in: 0..<Self.groups, using: &random) }
    let centres = (0..<Self.groups).map { _ in (0..<16).map { _ in 3 * random.normal() } }
    return (groups.map { group in centres[group].map { $0 + 0.5 * random.normal() } }, groups)
  }

  /// How many slots hold a vector of the same group as the slot before. Of an order by chance, one
  /// in forty.
  private func alike(_ fixture: Fixture, _ rows: [[Float]], _ groups: [Int]) throws -> Int {
    var groupsBySlot = [Int](repeating: -1, count: Self.count)
    try fixture.snapshot { snapshot in
      for row in rows.indices {
        let slot = try #require(try snapshot.slot(of: "p\(row)"))
        #expect(snapshot.vector(of: slot) == rows[row])
        groupsBySlot[Int(slot)] = groups[row]
      }
    }
    #expect(try fixture.environment.read { try fixture.index.verify($0) } == [])
    return zip(groupsBySlot, groupsBySlot.dropFirst()).count { $0 == $1 }
  }

  @Test(arguments: [1, 2])
  func `near vectors get slots side by side, and each its own`(threads: Int) throws {
    let (rows, groups) = grouped()
    let fixture = try Fixture(configuration)
    let stored = try fixture.environment.write { txn in
      try fixture.index.write(txn, threads: threads) {
        try $0.upsert(ids: rows.indices.map { "p\($0)" }, vectors: rows.flatMap(\.self))
      }
    }
    for (row, upserted) in stored.enumerated() {
      #expect(try fixture.snapshot { try $0.slot(of: "p\(row)") } == upserted.slot)
    }
    #expect(try alike(fixture, rows, groups) > Self.count / 2)
  }

  /// One by one, nothing can be put in order.
  @Test(arguments: [1, 2])
  func `a compaction puts side by side what came one by one`(threads: Int) throws {
    let (rows, groups) = grouped()
    let fixture = try Fixture(configuration)
    try fixture.environment.write { txn in
      try fixture.index.write(txn) { writer in
        for row in rows.indices { try writer.upsert(ids: ["p\(row)"], vectors: rows[row]) }
      }
    }
    #expect(try alike(fixture, rows, groups) < Self.count / 20)
    let compacted = try Fixture(compacting: fixture, threads: threads)
    #expect(try alike(compacted, rows, groups) > 3 * Self.count / 4)
    #expect(try compacted.snapshot { $0.statistics().unreachable } == 0)
  }

  @Test func `of an id that occurs twice the last vector stays`() throws {
    let (count, distinct) = (5000, 3000)
    let rows = clustered(count, dimensions: 16, seed: 72)
    let fixture = try Fixture(configuration)
    try fixture.upsert((0..<count).map { "p\($0 % distinct)" }, rows)
    try fixture.snapshot { snapshot in
      #expect(snapshot.count == distinct)
      for (id, row) in fixture.rows {
        let slot = try snapshot.slot(of: id)
        #expect(slot.flatMap { snapshot.vector(of: $0) } == row)
      }
    }
  }
}
