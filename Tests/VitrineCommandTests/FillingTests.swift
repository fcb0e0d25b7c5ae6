import Foundation
import Testing
import TestSupport

/// Commands that fill an index, when what they are given is wrong.
@Suite struct FillingTests {
  @Test(arguments: ["", "brand\nKestrel\n"])
  func `a catalogue that cannot go in leaves no index behind`(text: String) throws {
    let scratch = TemporaryDirectory()
    let catalogue = try scratch.write(text, to: "bad.csv")
    let index = scratch.path + "/index"
    let run = try Tool.run(["index", catalogue, "--index", index])
    #expect(run.status != 0)
    #expect(!FileManager.default.fileExists(atPath: index))
  }

  @Test func `rows of which none can be used are bad data, and leave only their report behind`()
    throws
  {
    let scratch = TemporaryDirectory()
    let (catalogue, _) = try scratch.sample(3)
    func index(_ path: String, _ options: [String] = []) throws {
      let run = try Tool.run(["index", catalogue, "--index", scratch.path + path] + options)
      #expect(run.status == 65)
      #expect(run.output.hasPrefix("3 rows: 3 rejected\n"), "\(run.output)")
      #expect(run.notes.hasSuffix("\(catalogue): none of its rows could be used\n"), "\(run.notes)")
    }
    func left(in path: String) throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: scratch.path + path).sorted()
    }
    try index("/new/index")
    #expect(try left(in: "/new") == ["index-report.csv"])
    try index("/newer/index", ["--report", scratch.path + "/report.csv"])
    #expect(!FileManager.default.fileExists(atPath: scratch.path + "/newer"))
    let note = try scratch.write("mine", to: "old/note")
    try index("/old")
    #expect(try left(in: "/old") == ["note"])
    #expect(try String(contentsOfFile: note, encoding: .utf8) == "mine")
  }

  @Test func `an index that was there stays when nothing can be added to it`() throws {
    let scratch = TemporaryDirectory()
    let index = try scratch.index(2)
    #expect(try Tool.run(["delete", "V1001", "V1002", "--index", index]).status == 0)
    let (catalogue, _) = try scratch.sample(3)
    #expect(try Tool.run(["index", catalogue, "--index", index]).status == 65)
    #expect(try Tool.run(["stats", "--index", index, "--json"]).json()["products"] as? Int == 0)
  }

  @Test func `an import of vectors that cannot go in leaves no index behind`() throws {
    let scratch = TemporaryDirectory()
    let (index, out) = (try scratch.index(2), scratch.path + "/out")
    #expect(try Tool.run(["export", "--index", index, "--out", out]).status == 0)
    let ids = try scratch.write("only one\n", to: "ids.txt")
    let run = try Tool.run(
      ["import", out + "/vectors.npy", "--ids", ids, "--index", scratch.path + "/mine"])
    #expect(run.status == 65, "\(run.notes)")
    #expect(!FileManager.default.fileExists(atPath: scratch.path + "/mine"))
  }

  @Test func `a schema that is none is told in a line`() throws {
    let scratch = TemporaryDirectory()
    let (catalogue, images) = try scratch.sample(1)
    let schema = try scratch.write("{\"price\": \"number\"}", to: "schema.json")
    let run = try Tool.run([
      "index", catalogue, "--images", images, "--schema", schema, "--index", scratch.path + "/i",
    ])
    #expect(run.status == 65)
    #expect(run.notes.hasPrefix("vitrine: \(schema) is no schema: "), "\(run.notes)")
    #expect(run.notes.split(separator: "\n").count == 1)
  }

  @Test func `a file where a folder is expected is said to be one`() throws {
    let scratch = TemporaryDirectory()
    let (catalogue, images) = try scratch.sample(1)
    let index = try scratch.index(2)
    let file = try scratch.write("", to: "file")
    for arguments in [
      ["export", "--index", index, "--out", file],
      ["index", catalogue, "--images", images, "--index", file],
      ["evaluate", "--index", index, "--label", "type", "--report", file],
    ] {
      let run = try Tool.run(arguments)
      #expect(run.status == 1)
      #expect(run.notes.hasSuffix("vitrine: \(file): is a file, not a folder\n"), "\(run.notes)")
    }
    let folder = try Tool.run(["search", "--image", scratch.path, "--index", index])
    #expect(folder.notes == "vitrine: \(scratch.path): is a folder, not a file\n")
    let absent = try Tool.run(["embed", "--text", "red", "--out", scratch.path + "/absent/x.npy"])
    #expect(absent.notes.hasSuffix("absent/x.npy: there is no such folder\n"), "\(absent.notes)")
  }

  @Test func `labels are read from a pipe`() throws {
    let scratch = TemporaryDirectory()
    let arguments = ["classify", "--index", try scratch.index(4), "--labels-file", "/dev/stdin"]
    let run = try Tool.run(arguments, input: "dress\nshirt\n")
    #expect(run.status == 0, "\(run.notes)")
  }

  @Test func `an index imported without a model is searched by words, and by looks with one`()
    throws
  {
    let scratch = TemporaryDirectory()
    let (index, out) = (try scratch.index(4), scratch.path + "/out")
    #expect(try Tool.run(["export", "--index", index, "--out", out]).status == 0)
    let copy = scratch.path + "/copy"
    let importing = [
      "import", out + "/vectors.npy", "--ids", out + "/ids.txt", "--attributes",
      out + "/products.jsonl", "--index", copy,
    ]
    #expect(try Tool.run(importing).status == 0)
    let search = ["search", "shirt", "--index", copy]
    let refused = try Tool.run(search)
    #expect(refused.status == 1)
    #expect(refused.notes.hasPrefix("vitrine: the index was imported without a model: "))
    #expect(try Tool.run(search + ["--looks", "0"]).status == 0)
    #expect(try Tool.run(importing + ["--model", Tool.model]).status == 0)
    let found = try Tool.run(search)
    #expect(found.status == 0, "\(found.notes)")
  }
}
