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

  /// Vectors of more than 128 components are walked to by the upper halves of their codes.
  @Test(arguments: Metric.allCases, [VectorStorage.int16, .codesOnly])
  func walksOnHalvesOfCodesFindAsMuch(metric: Metric, storage: VectorStorage) throws {
    let fixture = try Fixture(
      IndexConfiguration(dimensions: 200, metric: metric, storage: storage))
    var rows = clustered(4000, dimensions: 200, seed: 6)
    var queries = clustered(40, dimensions: 200, seed: 7)
    if metric == .innerProduct { (rows, queries) = (unit(rows, 200), unit(queries, 200)) }
    try fixture.upsert((0..<4000).map { "p\($0)" }, rows)
    let recall = try fixture.recall(queries, ef: 64)
    #expect(recall >= (storage == .codesOnly ? 0.9 : 0.97), "recall \(recall)")
    #expect(try fixture.snapshot { $0.statistics().unreachable } == 0)
  }

  @Test func aWalkMayBeNarrowerThanTheAnswerIsLong() throws {
    let fixture = try Fixture(IndexConfiguration(dimensions: 48))
    try fixture.upsert((0..<6000).map { "p\($0)" }, clustered(6000, dimensions: 48, seed: 8))
    let queries = clustered(40, dimensions: 48, seed: 9)
    for k in [10, 50] {
      for (ef, least) in [(1, 0.1), (k / 2, 0.8), (k, 0.9)] {
        let recall = try fixture.recall(queries, k: k, ef: ef)
        #expect(recall >= least, "k \(k), ef \(ef): recall \(recall)")
      }
      let found = try fixture.snapshot {
        try $0.search(Array(queries[..<48]).span, k: k, ef: 1).hits.count
      }
      #expect(found == k)
    }
  }

  /// The graph is walked on codes, which do not depend on how vectors are kept beside them.
  @Test(arguments: [(VectorStorage.float16, 1990), (.int16, 1998)])
  func sixteenBitsGiveTheAnswersOfSinglePrecision(storage: VectorStorage, least: Int) throws {
    let rows = clustered(6000, dimensions: 48, seed: 4)
    let queries = clustered(200, dimensions: 48, seed: 5)
    let answers = try [VectorStorage.float32, storage].map { storage -> [Set<Slot>] in
      let fixture = try Fixture(IndexConfiguration(dimensions: 48, storage: storage))
      try fixture.upsert((0..<6000).map { "p\($0)" }, rows)
      return try fixture.snapshot { snapshot in
        try snapshot.search(batch: queries, SearchParameters(), threads: 2)
          .map { Set($0.hits.map(\.slot)) }
      }
    }
    let same = zip(answers[0], answers[1]).reduce(0) { $0 + $1.0.intersection($1.1).count }
    #expect(same >= least, "\(same) of 2000 hits are the same")
  }

  /// As many queries as these are put in another order, by the nodes that they come down to.
  @Test func queriesOfABatchGetTheAnswersThatTheyGetAlone() throws {
    let fixture = try Fixture(IndexConfiguration(dimensions: 24, m: 4))
    try fixture.upsert((0..<2000).map { "p\($0)" }, clustered(2000, dimensions: 24, seed: 7))
    let queries = clustered(1500, dimensions: 24, seed: 8)
    try fixture.snapshot { snapshot in
      let parameters = SearchParameters(k: 5, ef: 20)
      let alone = try (0..<1500).map {
        try snapshot.search(queries.span.extracting(24 * $0..<24 * ($0 + 1)), parameters)
      }
      for threads in 1...2 {
        let batch = try snapshot.search(batch: queries, parameters, threads: threads)
        #expect(batch.map(\.hits) == alone.map(\.hits))
      }
      #expect(throws: HNSWError.self) {
        try snapshot.search(
          batch: queries + [Float](repeating: .nan, count: 24), parameters, threads: 2)
      }
      #expect(try snapshot.search(batch: [], parameters, threads: 2).isEmpty)
    }
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
