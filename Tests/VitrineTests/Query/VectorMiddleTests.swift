import HNSW
import LMDB
import TestSupport
import Testing
import Vitrine

@Suite struct VectorMiddleTests {
  @Test(arguments: Metric.allCases)
  func `the middle of vectors tells their mean similarity`(metric: Metric) throws {
    let seed: UInt64 = 8
    var random = SplitMix(seed: seed)
    let directory = TemporaryDirectory()
    let environment = try Environment(path: directory.path)
    let configuration = IndexConfiguration(dimensions: 24, metric: metric, storage: .float32)
    try environment.write { txn in try VectorIndex.create(in: txn, configuration: configuration) }
    let index = try VectorIndex(environment: environment)
    func vector() -> [Float] { (0..<24).map { _ in Float.random(in: -1...2, using: &random) } }
    let rows = (0..<50).map { _ in vector() }
    try environment.write { txn in
      _ = try index.write(txn, threads: 1) { writer in
        try writer.upsert(ids: rows.indices.map { "\($0)" }, vectors: Array(rows.joined()))
      }
    }
    try environment.read { (txn: borrowing ReadTransaction) in
      try index.withSnapshot(txn) { snapshot in
        let middle = VectorMiddle(snapshot)
        for _ in 0..<10 {
          let query = vector()
          // A search measures each of them.
          let hits = try snapshot.search(query.span, k: 50, ef: 50, exact: true).hits
          let similarities = hits.map { metric == .cosine ? 1 - $0.distance : -$0.distance }
          let mean = similarities.reduce(0, +) / 50
          let found = middle.meanSimilarity(to: query)
          #expect(abs(found - mean) < 1e-4 * max(1, abs(mean)), "seed \(seed)")
        }
      }
    }
    withExtendedLifetime(directory) {}
  }
}
