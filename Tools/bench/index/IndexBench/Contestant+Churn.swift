import BenchSupport
import Foundation
import HNSW
import LMDB
import TestSupport

/// Deleting and inserting again and again.
extension Contestant {
  /// Rounds that delete half of the vectors and insert 30 % of the deleted ones; after each, what
  /// the index finds, beside an index made afresh of the same vectors.
  func churn() throws {
    let (n, d) = (data.meta.n, data.meta.d)
    let rows = try data.rows("train.f32", count: n, width: d, of: Float.self)
    let queries = try data.rows("test.f32", count: 500, width: d, of: Float.self)
    let path = arguments.indexPath + "-churned"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let index = try make(path, of: Array(0..<n), rows)
    var random = SplitMix(seed: 5)
    var (live, gone) = (Array(0..<n), [Int]())
    for round in 1...4 {
      live.shuffle(using: &random)
      let half = live.count / 2
      let deleted = live[..<half]
      live.removeFirst(half)
      gone += deleted
      gone.shuffle(using: &random)
      let returning = gone.suffix(gone.count * 3 / 10)
      gone.removeLast(returning.count)
      live += returning
      let start = ProcessTime.wall
      try index.environment.write { txn in
        try index.write(txn, threads: arguments.threads) { writer in
          for row in deleted { _ = try writer.delete("\(row)") }
          try insert(Array(returning), rows, writer)
        }
      }
      let seconds = ProcessTime.wall - start
      let fresh = try make(path + "-fresh", of: live, rows)
      defer { try? FileManager.default.removeItem(atPath: path + "-fresh") }
      let (recall, missed, lost) = try quality(of: index, queries, live, rows)
      let best = try quality(of: fresh, queries, live, rows)
      try emit(
        "churn",
        [
          ("round", round), ("vectors", live.count), ("seconds", seconds), ("recall10", recall),
          ("fresh_recall10", best.recall), ("missed_at_64", missed[0]),
          ("missed_at_128", missed[1]),
          ("fresh_missed_at_64", best.missed[0]), ("fresh_missed_at_128", best.missed[1]),
          ("unreachable", lost),
        ])
    }
  }

  private func make(_ path: String, of live: [Int], _ rows: [Float]) throws -> VectorIndex {
    try? FileManager.default.removeItem(atPath: path)
    var options = LMDB.Environment.Options()
    options.durability = .batched
    let environment = try LMDB.Environment(path: path, options: options)
    try environment.write { try VectorIndex.create(in: $0, configuration: configuration) }
    let index = try VectorIndex(environment: environment)
    for start in stride(from: 0, to: live.count, by: arguments.batch) {
      try environment.write { txn in
        try index.write(txn, threads: arguments.threads) {
          try insert(Array(live[start..<min(live.count, start + arguments.batch)]), rows, $0)
        }
      }
    }
    return index
  }

  private func insert(_ chosen: [Int], _ rows: [Float], _ writer: borrowing Writer) throws {
    let d = data.meta.d
    _ = try writer.upsert(
      ids: chosen.map(String.init), vectors: chosen.flatMap { rows[$0 * d..<($0 + 1) * d] })
  }

  /// Recall at ef = 64 against exact search, how many of all vectors do not find themselves at
  /// ef = 64 and at 128, and how many cannot be reached.
  private func quality(
    of index: VectorIndex, _ queries: [Float], _ live: [Int], _ rows: [Float]
  ) throws -> (recall: Double, missed: [Int], unreachable: Int) {
    let d = data.meta.d
    return try index.environment.read { txn in
      try index.withSnapshot(txn) { snapshot in
        var hits = 0
        for row in 0..<queries.count / d {
          let query = queries.span.extracting(row * d..<(row + 1) * d)
          let exact = try snapshot.search(query, k: Self.k, exact: true).hits.map(\.slot)
          let found = try snapshot.search(query, k: Self.k, ef: 64).hits.map(\.slot)
          hits += Set(exact).intersection(found).count
        }
        var missed = [0, 0]
        for (place, ef) in [64, 128].enumerated() {
          for row in live {
            let vector = rows.span.extracting(row * d..<(row + 1) * d)
            let found = try snapshot.search(vector, k: 1, ef: ef).hits.first
            missed[place] += try found?.slot == snapshot.slot(of: "\(row)") ? 0 : 1
          }
        }
        return (
          Double(hits * d) / Double(queries.count * Self.k),
          missed, snapshot.statistics().unreachable
        )
      }
    }
  }
}
