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

  /// The vectors of an index of four, exported and imported into one that is of no model.
  private func modelless(_ scratch: TemporaryDirectory) throws -> (out: String, copy: String) {
    let (index, out, copy) = (try scratch.index(4), scratch.path + "/out", scratch.path + "/copy")
    #expect(try Tool.run(["export", "--index", index, "--out", out]).status == 0)
    let run = try Tool.run(
      ["import", out + "/vectors.npy", "--ids", out + "/ids.txt", "--index", copy])
    #expect(run.status == 0, "\(run.notes)")
    return (out, copy)
  }

  @Test(arguments: ["ids.txt", "odd.csv"])
  func `an import that cannot begin leaves an index without its model`(bad: String) throws {
    let scratch = TemporaryDirectory()
    let (out, copy) = try modelless(scratch)
    let ids = try scratch.write("only one\n", to: "ids.txt")
    let odd = try scratch.write("code,price\nx,1\n", to: "odd.csv")
    let run = try Tool.run([
      "import", out + "/vectors.npy", "--ids", bad == "ids.txt" ? ids : out + "/ids.txt",
      "--attributes", bad == "odd.csv" ? odd : out + "/products.jsonl", "--index", copy, "--model",
      Tool.model,
    ])
    #expect(run.status != 0)
    let search = try Tool.run(["search", "shirt", "--index", copy])
    #expect(search.notes.hasPrefix("vitrine: the index was imported without a model: "))
  }

  @Test func `attributes of which none can be used are bad data, and listed`() throws {
    let scratch = TemporaryDirectory()
    let (out, copy) = try modelless(scratch)
    let rows = (1...9).map { "x\($0),\($0)\n" }.joined()
    let odd = try scratch.write("code,price\n" + rows, to: "odd.csv")
    let importing = [
      "import", out + "/vectors.npy", "--ids", out + "/ids.txt", "--attributes", odd, "--index",
      copy,
    ]
    let unnamed = try Tool.run(importing)
    #expect(unnamed.notes.contains("which column of \(odd) holds the id?"), "\(unnamed.notes)")
    let run = try Tool.run(importing + ["--id", "code"])
    #expect(run.status == 65, "\(run.notes)")
    #expect(run.notes.contains("… and 4 more\n"), "\(run.notes)")
    #expect(run.notes.contains("\(odd): none of its rows could be used"), "\(run.notes)")
    let listed = try String(contentsOfFile: copy + "-report.csv", encoding: .utf8)
    #expect(listed.split(separator: "\n").count == 10)
    let report = scratch.path + "/mine.csv"
    let named = try Tool.run(importing + ["--id", "code", "--report", report])
    #expect(named.status == 65 && FileManager.default.fileExists(atPath: report))
  }

  @Test func `an import reads attributes as a schema says, and takes one only with attributes`()
    throws
  {
    let scratch = TemporaryDirectory()
    let (out, copy) = try modelless(scratch)
    let ids = try String(contentsOfFile: out + "/ids.txt", encoding: .utf8)
    let rows = ids.split(separator: "\n").map { "\($0),2024\n" }.joined()
    let years = try scratch.write("id,year\n" + rows, to: "years.csv")
    let schema = try scratch.write(
      #"{"attributes": [{"name": "year", "kind": "keyword"}]}"#, to: "schema.json")
    let importing = ["import", out + "/vectors.npy", "--ids", out + "/ids.txt", "--index", copy]
    let refused = try Tool.run(importing + ["--schema", schema])
    #expect(refused.status == 64, "\(refused.notes)")
    let run = try Tool.run(importing + ["--attributes", years, "--schema", schema])
    #expect(run.status == 0, "\(run.notes)")
    let exported = scratch.path + "/again"
    #expect(try Tool.run(["export", "--index", copy, "--out", exported]).status == 0)
    let products = try String(contentsOfFile: exported + "/products.jsonl", encoding: .utf8)
    #expect(products.contains(#""year":"2024""#), "\(products)")
  }

  @Test func `a catalogue in a folder that is called as pictures are is a catalogue`() throws {
    let scratch = TemporaryDirectory()
    let (catalogue, images) = try scratch.sample(4)
    let text = try String(contentsOfFile: catalogue, encoding: .utf8)
    let inside = try scratch.write(text, to: "images-idx3-ubyte/catalogue.csv")
    let run = try Tool.run(["evaluate", inside, "--images", images, "--caption", "title"])
    #expect(run.status == 0, "\(run.notes)")
  }

  @Test(arguments: [0, 1])
  func `pictures that cannot be told apart are bad data with their name`(count: UInt8) throws {
    let scratch = TemporaryDirectory()
    let pixel: [UInt8] = count == 0 ? [] : [9]
    let pictures: [UInt8] = [0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 1, 0, 0, 0, 1] + pixel
    let labels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, count] + pixel
    let path = try scratch.write(pictures, to: "t-images-idx3-ubyte")
    try scratch.write(labels, to: "t-labels-idx1-ubyte")
    let run = try Tool.run(["evaluate", path, "--label", "label"])
    #expect(run.status == 65 && run.notes.hasPrefix("vitrine: \(path): "), "\(run.notes)")
  }
}
