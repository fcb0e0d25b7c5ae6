import Foundation
import TestSupport
import Testing
import Vitrine

/// What becomes of rows and photographs that are bad, and where it is told.
@Suite struct IngestReportTests {
  @Test func `a report that cannot be written is noticed before the first row`() async throws {
    let shop = Shop()
    try shop.stock(3)
    let embedder = ByteEmbedder()
    let path = shop.scratch.path + "/absent/report.csv"
    await #expect(throws: VitrineError.file(path: path, reason: "there is no such folder")) {
      _ = try await shop.ingest(embedder) { $0.reportPath = path }
    }
    #expect(embedder.imagesEmbedded == 0)
  }

  @Test func `a report takes the place of no other file, and lies in no index`() async throws {
    let shop = Shop()
    try shop.stock(2)
    let embedder = ByteEmbedder()
    _ = try await shop.ingest(embedder)
    let before = try String(contentsOfFile: shop.catalogue, encoding: .utf8)
    for path in [shop.catalogue, shop.index + "/data.mdb", shop.index + "/report.csv"] {
      await #expect(throws: VitrineError.self, "\(path)") {
        _ = try await shop.ingest(embedder) { $0.reportPath = path }
      }
    }
    #expect(try String(contentsOfFile: shop.catalogue, encoding: .utf8) == before)
    #expect(try shop.engine(embedder).count == 2)
    let names = try FileManager.default.contentsOfDirectory(atPath: shop.index)
    #expect(names.sorted() == ["data.mdb", "lock.mdb"])
    #expect(try await shop.ingest(embedder) { $0.reportPath = "/dev/null" }.unchanged == 2)
  }

  @Test func `a report is whole though another is written there, and goes when all is well`()
    async throws
  {
    let shop = Shop()
    let rows = (0..<400).map { "\($0),absent.jpg,A,1" }
    try shop.list(rows)
    let other = Shop()
    try other.list(rows)
    async let first = shop.ingest(ByteEmbedder())
    async let second = other.ingest(ByteEmbedder()) { [path = shop.report] in $0.reportPath = path }
    _ = try await (first, second)
    let lines = try String(contentsOfFile: shop.report, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 401 && lines[0] == "row,id,column,reason,outcome")
    try shop.stock(2)
    _ = try await shop.ingest(ByteEmbedder())
    let names = try FileManager.default.contentsOfDirectory(atPath: shop.scratch.path)
    #expect(!names.contains { $0.contains("report") }, "\(names)")
  }

  @Test func `what was wrong is listed where nothing went in, too`() async throws {
    let shop = Shop()
    try shop.list(["1,absent.jpg,A,1"])
    let report = try await shop.ingest(ByteEmbedder())
    #expect(report.reportPath == shop.report)
    let lines = try String(contentsOfFile: shop.report, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 2)
  }

  @Test func `bad rows and photographs are reported and the rest goes in`() async throws {
    let shop = Shop()
    for id in 1...4 { try shop.photograph(id) }
    try shop.scratch.write("bad bytes", to: "5.jpg")
    try shop.scratch.write("", to: "6.jpg")
    try shop.list(
      [
        "1,1.jpg,A,10", "1,1.jpg,B,11", "2,2.jpg,A", ",3.jpg,A,3", "4,absent.jpg,A,4",
        "5,5.jpg,A,5", "6,6.jpg,A,6", "7,../7.jpg,A,7", "8,/etc/passwd,A,8",
        "9,https://example.com/9.jpg,A,9",
      ] + (100..<300).map { "\($0),3.jpg,\"A, \"\"B\"\"\",\($0)" } + ["300,4.jpg,A,on request"])
    let report = try await shop.ingest(ByteEmbedder())
    #expect(report.inserted == 202 && report.rejected == 8)
    #expect(report.valuesDropped == 1 && report.superseded == 1)
    #expect(report.rows == 211)
    let lines = try String(contentsOfFile: shop.report, encoding: .utf8)
      .split(separator: "\n").map(String.init)
    let root = try #require(try shop.engine(ByteEmbedder()).imageRoot)
    #expect(
      lines == [
        "row,id,column,reason,outcome",
        "2,1,id,row 3 has the same id,superseded",
        "4,,price,\"expected 4 cells, found 3\",rejected",
        "5,,id,there is no id,rejected",
        "6,4,image,absent.jpg: is not in \(root),rejected",
        "7,5,image,is no picture,rejected",
        "8,6,image,6.jpg: is empty,rejected",
        "9,7,image,../7.jpg: expected a path without .. below \(root),rejected",
        "10,8,image,/etc/passwd leads outside of \(root),rejected",
        "11,9,image,\"expected a file, found the address https://example.com/9.jpg; "
          + "download it first\",rejected",
        "212,300,price,\"expected a number, found \"\"on request\"\"\",value dropped",
      ])
  }

  @Test func `strict stops at the first note with everything before it stored`() async throws {
    let shop = Shop()
    try shop.stock(30)
    try shop.list(
      (0..<30).map { $0 == 20 ? "20,absent.jpg,A,1" : "\($0),\($0).jpg,A,\($0)" })
    let embedder = ByteEmbedder()
    let error = await #expect(throws: VitrineError.self) {
      _ = try await shop.ingest(embedder) { $0.strict = true }
    }
    guard case .badData(let path, 22, "image", _) = error else {
      Issue.record("another error: \(String(describing: error))")
      return
    }
    #expect(path == shop.catalogue)
    let stored = try await shop.products(try shop.engine(embedder), 0..<30)
    #expect(stored.keys.sorted() == Array(0..<20))
  }
}
