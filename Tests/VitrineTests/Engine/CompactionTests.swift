import Foundation
import HNSW
import Testing
import TestSupport
import Vitrine

/// Large indexes are put in order by the ingestion that has filled them.
@Suite struct CompactionTests {
  private static let count = 10_000

  /// A table of vectors and ids beside it, and attributes with a column that is empty.
  private func source(
    _ scratch: TemporaryDirectory, from first: Int = 0, _ count: Int
  ) throws -> VectorSource {
    let rows = first..<first + count
    let ids = rows.map { "\($0)" }
    let numbers: [Float] = rows.flatMap { row in
      (0..<8).map { column in Float((row + 1) * (2 * column + 3) % 997 - 498) }
    }
    try scratch.write(numbers.withUnsafeBytes { Array($0) }, to: "vectors-\(first).f32")
    try scratch.write(ids.joined(separator: "\n") + "\n", to: "ids-\(first).txt")
    try scratch.write(
      "id,brand,size\n" + ids.map { "\($0),Brand \($0.count),\n" }.joined(), to: "\(first).csv")
    return VectorSource(
      vectors: scratch.path + "/vectors-\(first).f32", ids: scratch.path + "/ids-\(first).txt",
      attributes: CatalogueSource(path: scratch.path + "/\(first).csv"))
  }

  private func engine(_ scratch: TemporaryDirectory, _ name: String = "index") throws -> Engine {
    try Engine.create(
      path: scratch.path + "/" + name, configuration: IndexConfiguration(dimensions: 8),
      modelFingerprint: "imported",
      schema: Schema(attributes: [Attribute(name: "size", kind: .number)]))
  }

  @Test func `the first ingestion of many puts the index in order, and then one that doubles it`()
    async throws
  {
    let scratch = TemporaryDirectory()
    let engine = try engine(scratch)
    let all = try source(scratch, Self.count)
    let report = try await engine.importVectors(all)
    #expect(report.inserted == Self.count && report.compacted && report.compactRefusal == nil)
    #expect(try await engine.verify() == [])
    #expect(try await engine.product("7777")?.attributes["brand"] == .text("Brand 4"))
    // An attribute stays that has no value as yet.
    #expect(try engine.schema.attributes.map(\.name) == ["size", "brand"])

    #expect(try await engine.importVectors(all).compacted == false)
    let some = try source(scratch, from: Self.count, Self.count - 1)
    #expect(try await engine.importVectors(some).compacted == false)
    let last = try source(scratch, from: 2 * Self.count - 1, 1)
    #expect(try await engine.importVectors(last).compacted)
    #expect(try await engine.statistics().products == 2 * Self.count)
    #expect(try await engine.verify() == [])
  }

  @Test func `few are left as they are, and many where that is wanted`() async throws {
    let scratch = TemporaryDirectory()
    let few = try await engine(scratch).importVectors(try source(scratch, Self.count - 1))
    #expect(few.inserted == Self.count - 1 && !few.compacted)
    let engine = try engine(scratch, "unordered")
    let all = try source(scratch, Self.count)
    var options = IngestOptions()
    options.compacts = false
    #expect(try await engine.importVectors(all, options: options).compacted == false)
    // Later it is still due.
    #expect(try await engine.importVectors(all).compacted)
  }

  @Test func `what has been ingested stays where there can be no second file`() async throws {
    let scratch = TemporaryDirectory()
    // With ".compacting" at its end, it is longer than a name may be.
    let engine = try engine(scratch, String(repeating: "i", count: 250))
    let report = try await engine.importVectors(try source(scratch, Self.count))
    #expect(report.inserted == Self.count && !report.compacted && !report.cancelled)
    #expect(report.compactRefusal?.hasPrefix("not put in order: ") == true)
    #expect(try await engine.verify() == [])
    #expect(try await engine.statistics().products == Self.count)
  }

  @Test func `stopped while it puts the index in order, an ingestion goes on with that`()
    async throws
  {
    let scratch = TemporaryDirectory()
    let engine = try engine(scratch)
    let all = try source(scratch, Self.count)
    let (reached, reach) = AsyncStream.makeStream(of: Void.self)
    let gate = DispatchSemaphore(value: 0)
    let task = Task {
      try await engine.importVectors(all) { progress in
        guard progress.phase == .compacting else { return }
        reach.yield()
        gate.wait()
      }
    }
    for await _ in reached { break }
    task.cancel()
    gate.signal()
    let report = try await task.value
    #expect(report.inserted == Self.count && report.cancelled && !report.compacted)
    #expect(try await engine.verify() == [])
    #expect(!FileManager.default.fileExists(atPath: engine.path + ".compacting"))
    let again = try await engine.importVectors(all)
    #expect(again.unchanged == Self.count && again.compacted && !again.cancelled)
  }
}
