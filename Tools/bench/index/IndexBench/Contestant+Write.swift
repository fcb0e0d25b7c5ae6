import BenchSupport
import Foundation
import HNSW
import LMDB
import Synchronization

extension Contestant {
  /// What batches of several sizes cost, written into a copy of the index.
  func write() throws {
    let d = data.meta.d
    let path = arguments.indexPath + "-written"
    try? FileManager.default.removeItem(atPath: path)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try environment().copy(to: path)
    let environment = try LMDB.Environment(path: path)
    let index = try VectorIndex(environment: environment)
    let fresh = try data.rows("test.f32", count: 10_000, width: d, of: Float.self)
    for (size, repeats) in [(1, 30), (100, 10), (10_000, 1)] {
      func id(_ turn: Int, _ row: Int) -> String { "w\(size)-\(turn)-\(row)" }
      try measure("upsert", size, repeats, index) { writer, turn in
        let rows = (0..<size).map { (turn * size + $0) % (fresh.count / d) }
        _ = try writer.upsert(
          ids: rows.map { id(turn, $0) }, vectors: rows.flatMap { fresh[$0 * d..<($0 + 1) * d] })
      }
      try measure("delete", size, repeats, index) { writer, turn in
        for row in 0..<size { try writer.delete(id(turn, (turn * size + row) % (fresh.count / d))) }
      }
    }
  }

  /// What a batch of changes costs, on average of several, each in a transaction of its own.
  private func measure(
    _ kind: String, _ size: Int, _ repeats: Int, _ index: VectorIndex,
    _ change: (borrowing Writer, _ turn: Int) throws -> Void
  ) throws {
    let environment = index.environment
    let (before, used) = (index.bytesWritten.withLock { $0 }, environment.information.usedSize)
    let (wall, cpu) = (ProcessTime.wall, ProcessTime.processor)
    for turn in 0..<repeats {
      try environment.write { txn in
        try index.write(txn, threads: arguments.threads) { try change($0, turn) }
      }
    }
    try emit(
      "write",
      [
        ("kind", kind), ("batch", size), ("batches", repeats),
        ("seconds", (ProcessTime.wall - wall) / Double(repeats)),
        ("cpu_s", (ProcessTime.processor - cpu) / Double(repeats)),
        ("block_bytes", (index.bytesWritten.withLock { $0 } - before) / repeats),
        ("file_growth_bytes", (environment.information.usedSize - used) / repeats),
      ])
  }
}
