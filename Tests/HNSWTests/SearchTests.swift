import HNSW
import Testing

@Suite struct SearchTests {
  @Test(arguments: Metric.allCases, VectorStorage.allCases)
  func `recall against brute force`(metric: Metric, storage: VectorStorage) throws {
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
  func `walks on halves of codes find as much`(metric: Metric, storage: VectorStorage) throws {
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

  @Test func `a walk may be narrower than the answer is long`() throws {
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
  @Test(arguments: [(VectorStorage.float16, 1990), (.int16, 1998)], [48, 160, 256])
  func `sixteen bits give the answers of single precision`(
    _ kept: (storage: VectorStorage, least: Int), dimensions: Int
  ) throws {
    let rows = clustered(6000, dimensions: dimensions, seed: 4)
    let queries = clustered(200, dimensions: dimensions, seed: 5)
    let answers = try [VectorStorage.float32, kept.storage].map { storage -> [Set<Slot>] in
      let fixture = try Fixture(IndexConfiguration(dimensions: dimensions, storage: storage))
      try fixture.upsert((0..<6000).map { "p\($0)" }, rows)
      return try fixture.snapshot { snapshot in
        try snapshot.search(batch: queries, SearchParameters(), threads: 2)
          .map { Set($0.hits.map(\.slot)) }
      }
    }
    let same = zip(answers[0], answers[1]).reduce(0) { $0 + $1.0.intersection($1.1).count }
    #expect(same >= kept.least, "\(same) of 2000 hits are the same")
  }

  /// As many queries as these are put in another order, by the nodes that they come down to, and
  /// answered in two parts. Not all are of length one.
  @Test func `queries of a batch get the answers that they get alone`() throws {
    let fixture = try Fixture(IndexConfiguration(dimensions: 24, m: 4))
    try fixture.upsert((0..<2000).map { "p\($0)" }, clustered(2000, dimensions: 24, seed: 7))
    let queries = clustered(1500, dimensions: 24, seed: 8).enumerated().map { place, value in
      (place / 24).isMultiple(of: 3) ? 2 * value : value
    }
    let many = Array([[Float]](repeating: queries, count: 12).joined())
    try fixture.snapshot { snapshot in
      let parameters = SearchParameters(k: 5, ef: 20)
      let alone = try (0..<1500).map {
        try snapshot.search(queries.span.extracting(24 * $0..<24 * ($0 + 1)), parameters).hits
      }
      for threads in 1...2 {
        let batch = try snapshot.search(batch: many, parameters, threads: threads).map(\.hits)
        #expect(batch.count == 18_000)
        #expect(batch.indices.allSatisfy { batch[$0] == alone[$0 % 1500] })
      }
      let again = try snapshot.search(queries.span.extracting(0..<24), parameters).hits
      #expect(again == alone[0])
      let wrong = many + [Float](repeating: .nan, count: 24)
      let error = #expect(throws: HNSWError.self) {
        try snapshot.search(batch: wrong, parameters, threads: 2)
      }
      let message = error.map { "\($0)" } ?? ""
      #expect(message.hasPrefix("vector 18000: "))
      #expect(try snapshot.search(batch: [], parameters, threads: 2).isEmpty)
    }
  }

  @Test func `Hits beyond a distance are left out, whatever the way`() throws {
    let fixture = try Fixture.shared
    let query = clustered(1, dimensions: 24, seed: 9)
    try fixture.snapshot { snapshot in
      for filter in [nil, SlotSet((0..<Slot(snapshot.slotCapacity)).filter { $0 % 3 == 0 })] {
        for exact in [false, true] {
          let all = try snapshot.search(query.span, k: 40, filter: filter, exact: exact).hits
          let most = all[20].distance
          let near = try snapshot.search(
            query.span, k: 40, filter: filter, exact: exact, maxDistance: most
          ).hits
          #expect(near == Array(all.prefix(21)))
        }
      }
    }
  }

  @Test func `Ids come in the order of their bytes, until told to stop`() throws {
    let fixture = try Fixture(IndexConfiguration(dimensions: 4))
    let ids = ["b", "a", "ä", "B", "ab", "10", "9"]
    try fixture.upsert(ids, (0..<28).map { Float($0 + 1) })
    try fixture.delete(["ab"])
    try fixture.snapshot { snapshot in
      var found: [String: Slot] = [:]
      var order: [String] = []
      try snapshot.forEachID { id, slot in
        order.append(id)
        found[id] = slot
        return true
      }
      #expect(order == ["10", "9", "B", "a", "b", "ä"])
      #expect(try found.allSatisfy { try snapshot.slot(of: $0.key) == $0.value })
      var some: [String] = []
      try snapshot.forEachID { id, _ in
        some.append(id)
        return some.count < 2
      }
      #expect(some == ["10", "9"])
    }
  }

  @Test func `A breadth beyond all vectors is no more than all vectors`() throws {
    let fixture = try Fixture.shared
    let query = clustered(1, dimensions: 24, seed: 10)
    try fixture.snapshot { snapshot in
      let broad = try snapshot.search(query.span, k: 10, ef: .max)
      #expect(broad.hits == (try snapshot.search(query.span, k: 10, exact: true)).hits)
    }
  }

  @Test func `every item finds itself`() throws {
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
