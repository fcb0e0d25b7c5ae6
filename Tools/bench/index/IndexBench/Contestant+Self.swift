import HNSW
import LMDB

/// Whether what is stored is found.
extension Contestant {
  /// Asks for every vector that is stored: how many are not their own nearest, by breadth.
  func findThemselves() throws {
    let (n, d) = (data.meta.n, data.meta.d)
    let rows = try data.rows("train.f32", count: n, width: d, of: Float.self)
    let index = try VectorIndex(environment: try preloaded())
    let slots = try Numbering(index, rows: n).slots
    for ef in [32, 64, 128, 256] {
      var missed = 0
      for start in stride(from: 0, to: n, by: arguments.batch) {
        let queries = Array(rows[start * d..<min(n, start + arguments.batch) * d])
        let found = try index.environment.read { txn in
          try index.withSnapshot(txn) {
            try $0.search(
              batch: queries, SearchParameters(k: 1, ef: ef), threads: arguments.threads)
          }
        }
        missed += found.enumerated().count { $1.hits.first?.slot != slots[start + $0] }
      }
      try emit("self", [("ef", ef), ("vectors", n), ("missed", missed)])
    }
  }
}
