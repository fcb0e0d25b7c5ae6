import HNSW
import Testing

/// What is stored of vectors, and the distances that are measured from it.
@Suite struct PrecisionTests {
  private static let (count, dimensions) = (600, 48)
  private static let ids = (0..<count).map { "p\($0)" }

  /// Also where all vectors share a few great components, beyond which they differ little.
  @Test(arguments: Metric.allCases, [VectorStorage.float32, .float16, .bfloat16, .int16])
  func `distances are those of the vectors`(metric: Metric, storage: VectorStorage) throws {
    try checkDistances(metric, storage, common: 0)
    try checkDistances(metric, storage, common: 60)
    try checkDistances(metric, storage, common: 60, dimensions: 128)
  }

  private func checkDistances(
    _ metric: Metric, _ storage: VectorStorage, common: Float, dimensions: Int = Self.dimensions
  ) throws {
    let fixture = try Fixture(
      IndexConfiguration(dimensions: dimensions, metric: metric, storage: storage))
    func rows(_ count: Int, seed: UInt64) -> [Float] {
      var rows = clustered(count, dimensions: dimensions, seed: seed, offset: 0)
      for index in rows.indices where index % dimensions % 20 == 7 {
        rows[index] += common
      }
      return metric == .l2 ? rows : unit(rows, dimensions)
    }
    try fixture.upsert(Self.ids, rows(Self.count, seed: 61))
    let queries = rows(20, seed: 62)
    // Of unit vectors; squared distances are of vectors some hundreds of times as large.
    let relative: [VectorStorage: Double] = [
      .float32: 1e-6, .float16: 1e-3, .bfloat16: 1e-2, .int16: 3e-5,
    ]
    let tolerance = (metric == .l2 ? 500.0 : 1) * (relative[storage] ?? 0)
    try fixture.snapshot { snapshot in
      for row in 0..<20 {
        let query = Array(queries[row * dimensions..<(row + 1) * dimensions])
        for exact in [false, true] {
          for hit in try snapshot.search(query.span, k: 30, exact: exact).hits {
            let id = try snapshot.id(of: hit.slot)
            let row = try #require(fixture.rows[id ?? ""])
            let distance = fixture.distance(query, row)
            #expect(abs(Double(hit.distance) - distance) <= tolerance)
          }
        }
      }
    }
  }

  private func vector(
    of id: String, in snapshot: borrowing Snapshot
  ) throws -> (slot: Slot, values: [Float]) {
    let slot = try snapshot.slot(of: id)
    let known = try #require(slot)
    let values = snapshot.vector(of: known)
    return (known, try #require(values))
  }

  /// Each calibration reads them from codes and residuals and writes these anew.
  @Test func `vectors outlast calibrations`() throws {
    let fixture = try Fixture(IndexConfiguration(dimensions: Self.dimensions, metric: .l2))
    try fixture.upsert(["first"], [Float](repeating: 0.01, count: Self.dimensions))
    for (batch, scale) in [1, 4, 0.5, 2, 8].enumerated() {
      let rows = clustered(
        Self.count, dimensions: Self.dimensions, seed: UInt64(70 + batch),
        offset: Float(3 - 2 * batch), scale: Float(scale))
      try fixture.upsert(Self.ids.map { "\($0).\(batch)" }, rows)
    }
    try fixture.snapshot { snapshot in
      #expect(snapshot.statistics().calibrations >= 4)
      for (id, row) in fixture.rows {
        let stored = try vector(of: id, in: snapshot).values
        let error = zip(row, stored).map { abs($0 - $1) }.max() ?? .infinity
        // Components reach to 100.
        #expect(error < 0.003, "\(id)")
      }
    }
  }

  /// Too few to be worth a calibration.
  @Test func `a few that stand out are kept to a part in hundreds`() throws {
    let fixture = try Fixture(IndexConfiguration(dimensions: Self.dimensions, metric: .l2))
    try fixture.upsert(Self.ids, clustered(Self.count, dimensions: Self.dimensions, seed: 63))
    let before = try fixture.snapshot { $0.statistics().calibrations }
    let far = clustered(10, dimensions: Self.dimensions, seed: 64, scale: 500)
    try fixture.upsert((0..<10).map { "far\($0)" }, far)
    try fixture.snapshot { snapshot in
      #expect(snapshot.statistics().calibrations == before)
      for number in 0..<10 {
        let row = try #require(fixture.rows["far\(number)"])
        let (slot, stored) = try vector(of: "far\(number)", in: snapshot)
        let greatest = row.map(abs).max() ?? 0
        #expect(zip(row, stored).allSatisfy { abs($0 - $1) < greatest / 150 })
        let hit = try snapshot.search(row.span, k: 1, exact: true).hits.first
        #expect(hit?.slot == slot)
      }
    }
  }
}
