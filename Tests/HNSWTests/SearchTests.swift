import HNSW
import Testing

@Suite struct SearchTests {
  @Test(arguments: Metric.allCases, VectorStorage.allCases)
  func recallAgainstBruteForce(metric: Metric, storage: VectorStorage) throws {
    let fixture = try Fixture(
      IndexConfiguration(dimensions: 48, metric: metric, storage: storage))
    var rows = clustered(6000, dimensions: 48, seed: 1)
    if metric == .innerProduct { rows = unit(rows, 48) }
    try fixture.upsert((0..<6000).map { "p\($0)" }, rows)
    var queries = clustered(60, dimensions: 48, seed: 2)
    if metric == .innerProduct { queries = unit(queries, 48) }
    let recall = try fixture.recall(queries, ef: 64)
    #expect(recall >= (storage == .codesOnly ? 0.9 : 0.98), "recall \(recall)")
    #expect(try fixture.snapshot { $0.statistics().unreachable } == 0)
  }

  @Test func everyItemFindsItself() throws {
    let fixture = try Fixture(IndexConfiguration(dimensions: 32, metric: .l2))
    try fixture.upsert((0..<3000).map { "p\($0)" }, clustered(3000, dimensions: 32, seed: 3))
    try fixture.snapshot { snapshot in
      for (id, row) in fixture.rows {
        let hit = try snapshot.search(row.span, k: 1, ef: 32).hits.first
        let nearest = try hit.flatMap { try snapshot.id(of: $0.slot) }
        #expect(nearest == id)
      }
    }
  }
}
