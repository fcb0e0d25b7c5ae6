import HNSW
import LMDB
import TestSupport
import Testing

/// Slots of a great batch: near vectors side by side.
@Suite struct ArrangementTests {
  private let configuration = IndexConfiguration(dimensions: 16, metric: .l2, storage: .float32)

  /// Vectors around forty centres, in any order.
  @Test(arguments: [1, 2])
  func `near vectors get slots side by side, and each its own`(threads: Int) throws {
    let (count, groups) = (6000, 40)
    var random = SplitMix(seed: 71)
    let groupOf = (0..<count).map { _ in Int.random(in: 0..<groups, using: &random) }
    let centres = (0..<groups).map { _ in (0..<16).map { _ in 3 * random.normal() } }
    let rows = groupOf.map { group in centres[group].map { $0 + 0.5 * random.normal() } }
    let fixture = try Fixture(configuration)
    let stored = try fixture.environment.write { txn in
      try fixture.index.write(txn, threads: threads) {
        try $0.upsert(ids: (0..<count).map { "p\($0)" }, vectors: rows.flatMap(\.self))
      }
    }
    var groupsBySlot = [Int](repeating: -1, count: count)
    try fixture.snapshot { snapshot in
      for (row, upserted) in stored.enumerated() {
        let slot = try snapshot.slot(of: "p\(row)")
        #expect(slot == upserted.slot)
        #expect(snapshot.vector(of: upserted.slot) == rows[row])
        groupsBySlot[Int(upserted.slot)] = groupOf[row]
      }
    }
    // In the order that they were given in, one in forty.
    let alike = zip(groupsBySlot, groupsBySlot.dropFirst()).count { $0 == $1 }
    #expect(alike > count / 2)
    #expect(try fixture.environment.read { try fixture.index.verify($0) } == [])
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
