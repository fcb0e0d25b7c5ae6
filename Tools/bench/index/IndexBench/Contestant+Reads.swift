import Foundation
import HNSW
import LMDB
import Synchronization

/// A thread that writes until it is told to stop.
private final class Writing: Sendable {
  let isWanted = Atomic(true)
  private let ended = DispatchSemaphore(value: 0)
  private let failure = Mutex<(any Error)?>(nil)

  /// Runs what the thread does.
  func end(of body: () throws -> Void) {
    do { try body() } catch { failure.withLock { $0 = error } }
    ended.signal()
  }

  /// Waits for the thread, and throws what it has thrown.
  func stop() throws {
    isWanted.store(false, ordering: .relaxed)
    ended.wait()
    if let error = failure.withLock({ $0 }) { throw error }
  }
}

/// Searches while somebody writes.
extension Contestant {
  /// What searches of one thread do in a second by the clock: alone, beside a writer of this
  /// process, and beside one of another process, of which each has a processor to itself. Then, how
  /// much of the memory that both processes use is the same.
  func reads() throws {
    let path = arguments.indexPath + "-read"
    try? FileManager.default.removeItem(atPath: path)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try environment().copy(to: path)
    let index = try VectorIndex(environment: try LMDB.Environment(path: path))
    let queries = try data.rows("test.f32", count: 1000, width: data.meta.d, of: Float.self)
    let parameters = SearchParameters(k: Self.k, ef: 64)
    func report(_ writer: String, more: [(String, any Encodable)] = []) throws {
      let run = try run(queries + queries, parameters, budget: arguments.budget, in: index)
      try emit("reads", [("writer", writer), ("ef", 64)] + run.fields + more)
    }
    _ = try run(queries, parameters, budget: arguments.budget, in: index)
    try report("none")

    let writing = Writing()
    let thread = Thread { [self] in
      writing.end(of: { try write(into: index) { writing.isWanted.load(ordering: .relaxed) } })
    }
    thread.start()
    try report("this process")
    try writing.stop()

    let other = Process()
    other.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
    other.arguments =
      Array(CommandLine.arguments.dropFirst()) + ["--phase", "writer", "--index", path]
    other.standardOutput = FileHandle.nullDevice
    try other.run()
    defer { other.terminate() }
    Thread.sleep(forTimeInterval: 0.5)
    try report("another process")
    try emit(
      "reads",
      [
        ("writer", "sharing"), ("rss_mb", ProcessMeter.memory("VmRSS")),
        ("anon_mb", ProcessMeter.memory("RssAnon")), ("pss_mb", ProcessMeter.proportionalShare),
      ])
  }

  /// Writes batches of 100 into the index until it is stopped: the other process of `reads`.
  func keepWriting() throws {
    let index = try VectorIndex(environment: try LMDB.Environment(path: arguments.indexPath))
    _ = try run(
      try data.rows("test.f32", count: 1000, width: data.meta.d, of: Float.self),
      SearchParameters(k: Self.k, ef: 64), budget: 1, in: index)
    try write(into: index) { true }
  }

  private func write(into index: VectorIndex, while isWanted: () -> Bool) throws {
    let d = data.meta.d
    let rows = try data.rows("test.f32", count: 1000, width: d, of: Float.self)
    var turn = 0
    while isWanted() {
      let start = turn % 10 * 100
      try index.environment.write { txn in
        try index.write(txn) {
          _ = try $0.upsert(
            ids: (0..<100).map { "r\(turn % 50)-\($0)" },
            vectors: Array(rows[start * d..<(start + 100) * d]))
        }
      }
      turn += 1
    }
  }
}
