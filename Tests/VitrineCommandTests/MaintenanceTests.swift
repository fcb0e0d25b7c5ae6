import Foundation
import Testing

/// Commands that look after an index and move what is in it.
@Suite struct MaintenanceTests {
  @Test func exportsAndImportsAgain() throws {
    let scratch = try Scratch()
    let index = try scratch.index(12)
    let out = scratch.path + "/out"
    #expect(try Tool.run(["export", "--index", index, "--out", out]).status == 0)
    let again = scratch.path + "/again"
    let files = try FileManager.default.contentsOfDirectory(atPath: out)
    let attributes = try #require(files.first { $0.hasSuffix(".jsonl") })
    let imported = try Tool.run([
      "import", out + "/vectors.npy", "--ids", out + "/ids.txt", "--attributes",
      "\(out)/\(attributes)", "--index", again,
    ])
    #expect(imported.status == 0, "\(imported.notes)")
    func nearest(_ index: String) throws -> [String] {
      let run = try Tool.run(["search", "--like", "V1003", "--index", index, "--exact", "--json"])
      return (try run.json()["hits"] as? [[String: Any]])?.compactMap { $0["id"] as? String } ?? []
    }
    #expect(try nearest(index) == nearest(again))
  }

  @Test func statsVerifyAndCompactSpeakOfTheIndex() throws {
    let scratch = try Scratch()
    let index = try scratch.index()
    let stats = try Tool.run(["stats", "--index", index])
    #expect(stats.status == 0, "\(stats.notes)")
    for word in ["24", "brand", "price", "colour"] { #expect(stats.output.contains(word)) }
    #expect(try Tool.run(["stats", "--index", index, "--json"]).json()["products"] as? Int == 24)
    let verify = try Tool.run(["verify", "--index", index])
    #expect(verify.status == 0)
    #expect(verify.output.hasPrefix("Everything is in order"), "\(verify.output)")
    _ = try Tool.run(["delete", "V1001", "--index", index])
    #expect(try Tool.run(["compact", "--index", index]).status == 0)
    #expect(try Tool.run(["stats", "--index", index, "--json"]).json()["products"] as? Int == 23)
  }
}
