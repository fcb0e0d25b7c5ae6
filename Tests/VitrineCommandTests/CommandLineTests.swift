import Foundation
import Testing
import TestSupport
import Vitrine

/// The contract of every command: what it prints, as JSON too, and how it ends.
@Suite struct CommandLineTests {
  @Test func `indexes a catalogue and skips what is unchanged`() throws {
    let scratch = TemporaryDirectory()
    let (catalogue, images) = try scratch.sample(24)
    let arguments = ["index", catalogue, "--images", images, "--index", scratch.path + "/i"]
    let first = try Tool.run(arguments + ["--json"])
    #expect(first.status == 0, "\(first.notes)")
    #expect(try first.json()["inserted"] as? Int == 24)
    let second = try Tool.run(arguments)
    #expect(second.status == 0)
    #expect(second.output.hasPrefix("24 rows: 24 unchanged\n"))
  }

  @Test func `a catalogue may have more columns than a query may count`() throws {
    let scratch = TemporaryDirectory()
    let (catalogue, images) = try scratch.sample(3)
    let more = (0..<Query.Limits.parts + 20).map { "column \($0)" }
    let lines = try String(contentsOfFile: catalogue, encoding: .utf8).split(separator: "\n")
    let wide = lines.enumerated().map { row, line in
      line + more.map { row == 0 ? ",\($0)" : ",value" }.joined()
    }
    let path = try scratch.write(wide.joined(separator: "\n"), to: "wide.csv")
    let index = scratch.path + "/wide"
    #expect(try Tool.run(["index", path, "--images", images, "--index", index]).status == 0)
    let stats = try Tool.run(["stats", "--json", "--index", index])
    #expect((try stats.json()["facets"] as? [Any])?.count ?? 0 > more.count, "\(stats.notes)")
    let counted = try Tool.run(["repl", "--index", index], input: ":facets\n")
    #expect(counted.status == 0 && counted.output.contains("value"), "\(counted.notes)")
  }

  @Test func `bad rows are reported and the rest goes in`() throws {
    let scratch = TemporaryDirectory()
    let (catalogue, images) = try scratch.sample(3)
    let text = try String(contentsOfFile: catalogue, encoding: .utf8)
    let columns = text.split(separator: "\n")[0].split(separator: ",").count
    let bad = "X1" + String(repeating: ",", count: columns - 1) + "images/absent.jpg\n"
    let mixed = try scratch.write(text + bad, to: "mixed.csv")
    let index = scratch.path + "/i"
    let arguments = ["index", mixed, "--images", images, "--index", index]
    let run = try Tool.run(arguments)
    #expect(run.status == 0)
    #expect(run.output.hasPrefix("4 rows: 3 new, 1 rejected\n"), "\(run.output)")
    #expect(run.notes.contains("row 5"), "\(run.notes)")
    #expect(FileManager.default.fileExists(atPath: index + "-report.csv"))
    let strict = try Tool.run(arguments + ["--strict"])
    #expect(strict.status == 65)
    #expect(strict.notes.split(separator: "\n").last?.hasPrefix("vitrine: ") == true)
  }

  @Test(arguments: [
    (["search", "a", "--index", "/nowhere"], Int32(1), "vitrine: there is no index at /nowhere"),
    (["index", "/nowhere.csv"], 1, "vitrine: /nowhere.csv: there is no such file"),
    (["model", "/nowhere"], 1, "vitrine: /nowhere"),
    (["embed", "/nowhere.jpg"], 1, "vitrine: /nowhere.jpg: there is no such file"),
    (["frobnicate"], 64, "vitrine: there is no command frobnicate; "),
    (["help", "frobnicate"], 64, "vitrine: there is no command frobnicate; "),
    (["embed"], 64, "Error: "),
    (["delete"], 64, "Error: "),
  ]) func `failures are one line and an exit code`(
    arguments: [String], status: Int32, message: String
  ) throws {
    let run = try Tool.run(arguments)
    #expect(run.status == status, "\(run.notes)")
    #expect(run.output == "")
    #expect(run.notes.hasPrefix(message), "\(run.notes)")
    if status != 64 { #expect(run.notes.split(separator: "\n").count == 1) }
  }

  @Test func `deletes by id and by filter`() throws {
    let scratch = TemporaryDirectory()
    let index = try scratch.index()
    let byID = try Tool.run(["delete", "V1001", "gone", "V1002", "absent", "--index", index])
    #expect(byID.output == "2 deleted\n")
    #expect(byID.notes == "vitrine: not in the index: \"gone\", \"absent\"\n")
    #expect(byID.status == 1)
    let both = ["--filter", "brand = Kestrel", "--filter", "price < 22", "--index", index]
    #expect(try Tool.run(["search"] + both + ["--json"]).json()["matches"] as? Int == 1)
    #expect(try Tool.run(["delete"] + both).output == "1 deleted\n")
    let byFilter = try Tool.run(
      ["delete", "--filter", "pattern = Striped", "--index", index, "--json"])
    #expect((try byFilter.json()["deleted"] as? Int ?? 0) > 0)
    let left = try Tool.run(["search", "--filter", "pattern = Striped", "--index", index, "--json"])
    #expect(try left.json()["matches"] as? Int == 0)
  }

  @Test func `embeds into NPY in the order of the arguments`() throws {
    let scratch = TemporaryDirectory()
    let images = Tool.root.appending(path: "Tools/sample-catalogue/images").path
    let out = scratch.path + "/x.npy"
    let paths = (1001...1040).map { "\(images)/V\($0).jpg" }
    let list = try scratch.write(paths.dropFirst(2).joined(separator: "\n"), to: "list.txt")
    let run = try Tool.run(
      ["embed", paths[0], paths[1], "--images-from", list, "--text", "red dress", "--out", out])
    #expect(run.status == 0, "\(run.notes)")
    let bytes = try #require(FileManager.default.contents(atPath: out))
    let single = try Tool.run(["embed", paths[39], "--json"])
    let vector = try #require(try single.json()["vector"] as? [Double])
    let header = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
    #expect(header % 64 == 0)
    #expect(bytes.count == header + 41 * vector.count * 4)
    let row = bytes.dropFirst(header + 39 * vector.count * 4).prefix(vector.count * 4)
    let stored = row.withUnsafeBytes { buffer in
      (0..<vector.count).map { buffer.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
    }
    for (a, b) in zip(stored, vector) { #expect(abs(Double(a) - b) < 1e-5) }
  }

  @Test func `a model is described and a broken image named`() throws {
    let scratch = TemporaryDirectory()
    let model = try Tool.run(["model", Tool.model, "--json"]).json()
    #expect((model["fingerprint"] as? String)?.isEmpty == false)
    #expect(model["dimensions"] is Int)
    let broken = try scratch.write("not a picture", to: "broken.jpg")
    let run = try Tool.run(["embed", broken])
    #expect(run.status == 65)
    #expect(run.notes.hasPrefix("vitrine: \(broken): "))
  }

  #if os(Linux)
    @Test func `results that have nowhere to go are told of`() throws {
      let scratch = TemporaryDirectory()
      let index = try scratch.index(2)
      let command = "'\(try #require(Tool.path))' search shirt --index '\(index)' > /dev/full"
      let run = try Tool.run(["-c", command], at: "/bin/sh")
      #expect(run.status == 1)
      #expect(run.notes == "vitrine: the results cannot be written: the disk is full\n")
    }
  #endif

  @Test func `a misspelt command is corrected`() throws {
    let run = try Tool.run(["serch", "red dress"])
    #expect(run.status == 64)
    #expect(run.notes.contains("did you mean search?"))
  }

  @Test func `every command has help with an example`() throws {
    let help = try Tool.run(["--help"])
    #expect(help.status == 0)
    let commands = [
      "search", "recommend", "repl", "serve", "index", "classify", "import", "export", "delete",
      "stats", "verify", "compact", "evaluate", "embed", "model", "doctor",
    ]
    for command in commands {
      #expect(help.output.contains("  \(command) "), "\(command)")
      let page = try Tool.run([command, "--help"])
      #expect(page.status == 0)
      #expect(page.output.contains("vitrine \(command)"), "\(command)")
      #expect(page.output.contains("Example"), "\(command)")
    }
  }

  @Test func `doctor says what is amiss`() throws {
    let scratch = TemporaryDirectory()
    let well = try Tool.run(["doctor", "--index", try scratch.index(4)])
    #expect(well.status == 0, "\(well.output)\(well.notes)")
    #expect(well.output.contains("4 products"))
    #if os(Linux)
      #expect(well.output.contains("liblmdb.so"))
    #endif
    let ill = try Tool.run(["doctor", "--model", "/nowhere"])
    #expect(ill.status == 1)
    #expect(ill.output.contains("no  model"))
  }

  @Test func `the REPL works in a pipe`() throws {
    let scratch = TemporaryDirectory()
    let run = try Tool.run(
      ["repl", "--index", try scratch.index()],
      input: "shirt\n:filter pattern = Striped\n:facets pattern\n:quit\nnever read\n")
    #expect(run.status == 0, "\(run.notes)")
    #expect(run.output.contains("score  id     title"))
    #expect(run.output.contains("filter: pattern = Striped"))
    #expect(!run.output.contains("\u{1B}"))
    #expect(!run.output.contains("vitrine>"))
  }

  @Test func `walks in a direction`() throws {
    let scratch = TemporaryDirectory()
    let index = try scratch.index()
    let arguments = [
      "recommend", "V1003", "--towards", "darker", "--steps", "3", "--keep", "type", "--index",
      index,
    ]
    let walk = try Tool.run(arguments + ["--json"]).json()
    #expect((walk["start"] as? [String: Any])?["id"] as? String == "V1003")
    let steps = try #require(walk["steps"] as? [[String: Any]])
    let progress = steps.compactMap { $0["progress"] as? Double }
    #expect(steps.count <= 3 && progress.count == steps.count)
    #expect(progress == progress.sorted())
    let early = try Tool.run(
      ["recommend", "V1003", "--towards", "darker", "--steps", "20", "--index", index])
    #expect(early.output.contains(" of 20 steps found a product further along · kept to type = "))
    let file = scratch.path + "/walk.csv"
    let typed = try Tool.run(
      ["repl", "--index", index], input: ":like V1003 but darker\n:save \(file)\n")
    #expect(typed.output.contains("progress"), "\(typed.notes)")
    #expect(typed.output.contains("kept to type = T-shirts"))
    #expect(typed.status == (steps.isEmpty ? 64 : 0))
  }

  @Test func `a piped repl goes on after an error and fails at the end`() throws {
    let scratch = TemporaryDirectory()
    let run = try Tool.run(
      ["repl", "--index", try scratch.index(4)], input: ":filter colr = Red\n:set k 2\n")
    #expect(run.status == 64)
    #expect(run.notes.hasPrefix("vitrine: line 1: filter, column 1"))
    #expect(run.output.contains("k           2"))
  }

  @Test func `no message has what would move the cursor or colour what follows`() throws {
    let scratch = TemporaryDirectory()
    let index = try scratch.index(4)
    let rows = "id,image,title,price\nA,\u{1B}[31mno.jpg,\u{1B}[31mred\u{202E},1\n"
    let catalogue = try scratch.write(rows, to: "odd.csv")
    let run = try Tool.run(["index", catalogue, "--index", scratch.path + "/odd"])
    let report = try String(contentsOfFile: scratch.path + "/odd-report.csv", encoding: .utf8)
    let filter = try Tool.run(["search", "a", "--index", index, "--filter", "\u{1B}[31m = 1"])
    for text in [run.notes, report, filter.notes] {
      #expect(!text.isEmpty && !text.contains("\u{1B}") && !text.contains("\u{202E}"), "\(text)")
    }
  }

  @Test func `what is written goes where a link leads, and into a pipe`() throws {
    let scratch = TemporaryDirectory()
    let (target, link) = (scratch.path + "/vectors.npy", scratch.path + "/link.npy")
    try Data().write(to: URL(filePath: target))
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
    #expect(try Tool.run(["embed", "--text", "a", "--out", link]).status == 0)
    #expect(try Data(contentsOf: URL(filePath: target)).count == 128 + 192 * 4)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == target)
    #expect(try Tool.run(["embed", "--text", "a", "--out", "/dev/null"]).status == 0)
    let type = try FileManager.default.attributesOfItem(atPath: "/dev/null")[.type]
    #expect(type as? FileAttributeType == .typeCharacterSpecial)
  }

  @Test func `statistics as JSON have the values that are shown`() throws {
    let scratch = TemporaryDirectory()
    let run = try Tool.run(["stats", "--index", try scratch.index(), "--json"])
    let json = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
    let facets = try #require(json?["facets"] as? [[String: Any]])
    let colour = try #require(facets.first { $0["attribute"] as? String == "colour" })
    #expect((colour["values"] as? [[String: Any]])?.first?["count"] is Int)
    #expect(json?["products"] as? Int == 24)
  }

  @Test func `labels are only written where labels are, and read from text`() throws {
    let scratch = TemporaryDirectory()
    let index = try scratch.index(4)
    let labels = ["classify", "--index", index, "--labels", "light,dark"]
    let wrong = try Tool.run(labels + ["--write", "price", "--overwrite"])
    #expect(wrong.status == 64)
    #expect(wrong.notes.contains("\"price\" is one of kind number"))
    let bytes = scratch.path + "/bytes"
    try Data([0x61, 0x0A, 0xFF, 0xFE]).write(to: URL(filePath: bytes))
    let binary = try Tool.run(["classify", "--index", index, "--labels-file", bytes])
    #expect(binary.status == 65)
    #expect(binary.notes.hasPrefix("vitrine: \(bytes), line 2: expected text in UTF-8"))
  }
}
