import Foundation
import TestSupport
import Testing

/// What `vitrine search` answers.
@Suite struct SearchCommandTests {
  @Test func `search answers as the contract says`() throws {
    let scratch = TemporaryDirectory()
    let index = try scratch.index()
    let run = try Tool.run(
      ["search", "red", "shirt", "--index", index, "-k", "3", "--explain", "--json"])
    #expect(run.status == 0, "\(run.notes)")
    #expect(run.notes == "")
    let answer = try run.json()
    #expect(answer["query"] as? String == "red shirt")
    #expect(answer["took_ms"] is Double)
    #expect(answer["exact"] is Bool)
    #expect(["graph", "filtered-graph", "scan"].contains(answer["path"] as? String))
    #expect(answer.keys.contains("matches"))
    let hits = try #require(answer["hits"] as? [[String: Any]])
    #expect(hits.count == 3)
    for hit in hits {
      #expect((hit["id"] as? String)?.hasPrefix("V1") == true)
      #expect(hit["score"] is Double)
      #expect((hit["attributes"] as? [String: Any])?["title"] is String)
      let parts = try #require(hit["explain"] as? [[String: Any]])
      let sum = parts.compactMap { $0["score"] as? Double }.reduce(0, +)
      #expect(abs(sum - (hit["score"] as? Double ?? .nan)) < 1e-5)
    }
  }

  @Test func `filters hold for every hit and count the matches`() throws {
    let scratch = TemporaryDirectory()
    let index = try scratch.index()
    let run = try Tool.run(
      ["search", "--index", index, "--filter", "pattern = Striped", "-k", "50", "--json"])
    let answer = try run.json()
    let hits = try #require(answer["hits"] as? [[String: Any]])
    #expect(answer["matches"] as? Int == hits.count)
    #expect(!hits.isEmpty)
    for hit in hits {
      #expect((hit["attributes"] as? [String: Any])?["pattern"] as? String == "Striped")
    }
  }

  @Test func `a photograph's product is found first, products that are liked are left out`()
    throws
  {
    let scratch = TemporaryDirectory()
    let index = try scratch.index()
    func ids(_ arguments: [String]) throws -> [String] {
      let run = try Tool.run(["search", "--index", index, "-k5", "--json"] + arguments)
      let hits = try #require(try run.json()["hits"] as? [[String: Any]], "\(run.notes)")
      return hits.compactMap { $0["id"] as? String }
    }
    #expect(try ids(["--image", Tool.photograph("V1005")]).first == "V1005")
    let others = try ids(["--like", "V1005", "--like", "V1003"])
    #expect(others.count == 5)
    #expect(!others.contains("V1005") && !others.contains("V1003"))
  }

  @Test func `plain results are a table without escape codes`() throws {
    let scratch = TemporaryDirectory()
    let index = try scratch.index()
    let run = try Tool.run(["search", "shirt", "--index", index, "-k", "4"])
    let lines = run.output.split(separator: "\n")
    #expect(lines[0].contains("score  id     title"))
    #expect(lines.count >= 6)
    #expect(!run.output.contains("\u{1B}"))
  }

  @Test func `a bad filter points at its column`() throws {
    let scratch = TemporaryDirectory()
    let index = try scratch.index(4)
    let run = try Tool.run(["search", "a", "--index", index, "--filter", "brnd = Kestrel"])
    #expect(run.status == 64)
    #expect(run.notes.hasPrefix("vitrine: filter, column 1: "), "\(run.notes)")
    #expect(run.notes.contains("brand"))
  }

  @Test func `a query of a file that cannot be answered is named by its line`() throws {
    let scratch = TemporaryDirectory()
    let queries = try scratch.write("{\"k\":1}\n\n{\"k\":-1}\n", to: "queries.jsonl")
    let run = try Tool.run(["search", "--queries", queries, "--index", try scratch.index(4)])
    #expect(run.status == 64)
    #expect(run.notes.hasPrefix("vitrine: \(queries), line 3: "), "\(run.notes)")
  }
}
