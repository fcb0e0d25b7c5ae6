import Foundation
import Testing
import TestSupport

/// Commands that look after an index and move what is in it.
@Suite struct MaintenanceTests {
  @Test func `exports and imports again`() throws {
    let scratch = TemporaryDirectory()
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

  @Test func `stats verify and compact speak of the index`() throws {
    let scratch = TemporaryDirectory()
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

  @Test func `an index is looked at anew by a model, whole or not at all`() throws {
    let scratch = TemporaryDirectory()
    let (catalogue, images) = try scratch.sample(6)
    let copy = scratch.path + "/shop"
    try FileManager.default.copyItem(atPath: images, toPath: copy)
    let index = scratch.path + "/index"
    #expect(try Tool.run(["index", catalogue, "--images", copy, "--index", index]).status == 0)
    let done = try Tool.run(["reembed", "--index", index])
    #expect(done.status == 0 && done.output.hasPrefix("6 products: 6 embedded again\n"), "\(done)")

    let ids = try String(contentsOfFile: catalogue, encoding: .utf8)
      .split(separator: "\n").dropFirst().map { String($0.prefix { $0 != "," }) }
    try FileManager.default.removeItem(atPath: "\(copy)/images/\(ids[2]).jpg")
    let refused = try Tool.run(["reembed", "--index", index])
    #expect(refused.status == 65 && refused.output.isEmpty)
    #expect(
      refused.notes.contains("1 of 6 products cannot be embedded, such as \(ids[2]): "),
      "\(refused.notes)")
    let less = try Tool.run(["reembed", "--leave-out", "--index", index, "--json"]).json()
    #expect(less["reembedded"] as? Int == 5 && less["rejected"] as? Int == 1)
    #expect(try Tool.run(["stats", "--index", index, "--json"]).json()["products"] as? Int == 5)
    #expect(try Tool.run(["reembed", "--images", images, "--index", index]).status == 0)
  }

  @Test func `what verify finds is said in a line, and is the exit code in a conversation too`()
    throws
  {
    let scratch = TemporaryDirectory()
    let index = try scratch.index(4)
    let file = URL(filePath: index + "/data.mdb")
    var bytes = try Data(contentsOf: file)
    while let words = bytes.range(of: Data("with a heart print".utf8)) {
      bytes[words.lowerBound] ^= 1
    }
    try bytes.write(to: file)
    let run = try Tool.run(["verify", "--index", index])
    #expect(run.status == 1)
    #expect(run.output.hasPrefix("the index is damaged: the product of slot 0 "), "\(run.output)")
    #expect(run.output.split(separator: "\n").count == 1)
    let conversation = try Tool.run(["repl", "--index", index], input: ":verify\n")
    #expect(conversation.status == 1)
    #expect(conversation.output == run.output)
  }
}
