import Foundation
import Testing
import TestSupport

/// Options that are left out, and those that are refused.
@Suite struct OptionTests {
  @Test(arguments: ["inf", "nan", "0", "-1"])
  func `similarities are multiplied by a number above 0`(scale: String) throws {
    let run = try Tool.run(["classify", "--labels", "a,b", "--logit-scale=\(scale)"])
    #expect(run.status == 64)
    #expect(run.notes.contains("--logit-scale must be a number above 0"), "\(run.notes)")
  }

  @Test(arguments: [
    ["red"], ["-k", "5"], ["--filter", "pattern = Striped"], ["--less", "long sleeves"],
    ["--unlike", "V1001"], ["--facet", "brand"], ["--sort", "price"], ["--explain"],
  ]) func `a file of queries takes no options of a search`(options: [String]) throws {
    let run = try Tool.run(["search", "--queries", "/nowhere", "--index", "/nowhere"] + options)
    #expect(run.status == 64)
    #expect(run.notes.hasPrefix("vitrine: --queries takes no "), "\(run.notes)")
  }

  @Test(arguments: [
    (["delete", "V1", "--index", "a", "--index", "b"], "Error: give --index once, not 2 times\n"),
    (["search", "red", "--looks", "2"], "Error: looks must be from 0 to 1, not 2.0\n"),
    (["search", "red", "--looks", "-1"], "Error: looks must be from 0 to 1, not -1.0\n"),
    (["search", "red", "-k", "-3"], "Error: -k must be from 1 to 20000, not -3\n"),
    (["search", "red", "-k0"], "Error: -k must be from 1 to 20000, not 0\n"),
    (["recommend", "V1", "--towards", " "], "Error: --towards takes a direction such as darker\n"),
    (["classify", "--write", ""], "Error: --write takes the name of an attribute\n"),
  ]) func `what makes no sense is refused before anything is opened`(
    arguments: [String], message: String
  ) throws {
    let run = try Tool.run(arguments)
    #expect(run.status == 64)
    #expect(run.notes.hasPrefix(message), "\(run.notes)")
  }

  @Test func `a shell offers the attributes and ids of the index`() throws {
    let scratch = TemporaryDirectory()
    let tool = try #require(Tool.path)
    let script = """
      source <("$TOOL" --generate-completion-script bash)
      offers() {
        COMP_WORDS=("$TOOL" "$@"); COMP_CWORD=$#; COMP_LINE="$TOOL $*"; COMP_POINT=${#COMP_LINE}
        COMPREPLY=(); _vitrine "$TOOL" "${@: -1}" "${@: -2:1}"; echo "${COMPREPLY[*]}"
      }
      offers search --index "$INDEX" --facet p
      offers search --index "$INDEX" --like V100
      offers search --index /nowhere --facet p
      """
    let run = try Tool.run(
      ["-c", script], environment: ["TOOL": tool, "INDEX": try scratch.index(4)], at: "/bin/bash")
    #expect(run.output == "pattern price\nV1001 V1002 V1003 V1004\n\n", "\(run.notes)")
  }

  @Test func `bad boosts and photographs are told in the words of the command line`() throws {
    let scratch = TemporaryDirectory()
    let index = try scratch.index(4)
    let broken = try scratch.write("not a picture", to: "broken.jpg")
    let run = try Tool.run(["search", "--image", broken, "--index", index])
    #expect(run.status == 65)
    #expect(run.notes.hasPrefix("vitrine: \(broken): not a picture"), "\(run.notes)")
    for boost in ["", "colour = "] {
      let run = try Tool.run(["search", "shirt", "--boost", boost, "--index", index])
      #expect(run.status == 64)
      #expect(run.notes.hasPrefix("vitrine: a boost is NAME = VALUE [by N], "), "\(run.notes)")
      #expect(run.notes.hasSuffix("found \"\(boost)\"\n"), "\(run.notes)")
    }
  }

  @Test func `products are put in order among as many as are ranked`() throws {
    let scratch = TemporaryDirectory()
    let arguments = [
      "search", "shirt", "--sort", "price", "-k", "1", "--json", "--index", try scratch.index(),
    ]
    func price(_ options: [String]) throws -> Double {
      let hits = try Tool.run(arguments + options).json()["hits"] as? [[String: Any]]
      let attributes = try #require(hits?.first?["attributes"] as? [String: Any])
      return try #require(attributes["price"] as? Double)
    }
    #expect(try price([]) == 12.95)
    #expect(try price(["--candidates", "1"]) > 12.95)
  }

  @Test func `labels overwrite no attribute unasked, and are no ids`() throws {
    let scratch = TemporaryDirectory()
    let classify = ["classify", "--index", try scratch.index(4), "--labels", "light,dark"]
    func write(_ name: String, _ options: [String] = []) throws -> Tool.Outcome {
      try Tool.run(classify + ["--write", name] + options)
    }
    for column in ["id", "image"] {
      let run = try write(column, ["--overwrite"])
      #expect(run.status == 64)
      #expect(run.notes.contains("\"\(column)\" is the column of ids or images"), "\(run.notes)")
    }
    #expect(try write("shade").status == 0)
    for name in ["title", "shade"] {
      let run = try write(name)
      #expect(run.status == 64)
      #expect(run.notes.contains("has an attribute \"\(name)\": --overwrite"), "\(run.notes)")
    }
    #expect(try write("shade", ["--overwrite"]).status == 0)
    let unknown = try Tool.run(Array(classify.prefix(3)) + ["--labels-from", "nope"])
    #expect(unknown.status == 64)
    #expect(unknown.notes.contains("no product has an attribute \"nope\""), "\(unknown.notes)")
  }

  @Test func `a program without the folder of its model says what is amiss`() throws {
    let scratch = TemporaryDirectory()
    let copy = scratch.path + "/vitrine"
    try FileManager.default.copyItem(atPath: try #require(Tool.path), toPath: copy)
    let run = try Tool.run(["model"], environment: ["VITRINE_MODEL": ""], at: copy)
    #expect(run.status == 1)
    #expect(run.notes.contains("there is no such folder; copy it together with the program"))
  }

  @Test func `a walk says at what it stays in the index's own words`() throws {
    let scratch = TemporaryDirectory()
    let walk = try Tool.run(
      [
        "recommend", "V1003", "--towards", "darker", "--keep", "TYPE", "--index",
        try scratch.index(),
      ])
    #expect(walk.output.contains("kept to type = T-shirts"), "\(walk.output)")
  }

  @Test func `a bad query is told by the line where it stands`() throws {
    let scratch = TemporaryDirectory()
    let arguments = ["search", "--index", try scratch.index(4), "--queries"]
    let good = "{\"text\": \"shirt\", \"k\": 2}\n\n{\"k\": 1}\n"
    let run = try Tool.run(arguments + [try scratch.write(good, to: "good.jsonl")])
    #expect(run.status == 0, "\(run.notes)")
    #expect(run.output.split(separator: "\n").count == 2)
    let bad = try scratch.write(good + "{\"kk\": 1}\n", to: "bad.jsonl")
    let refused = try Tool.run(arguments + [bad])
    #expect(refused.status == 65)
    #expect(refused.notes.hasPrefix("vitrine: \(bad), line 4: "), "\(refused.notes)")
  }

  @Test func `a server without an index named takes the usual one`() throws {
    let run = try Tool.run(["serve"], environment: ["VITRINE_INDEX": "/nowhere"])
    #expect(run.status == 1)
    #expect(run.notes.hasPrefix("vitrine: there is no index at /nowhere"), "\(run.notes)")
  }

  @Test func `an evaluation leaves nothing behind, whatever the temporary folder is called`() throws
  {
    let scratch = TemporaryDirectory()
    let (catalogue, images) = try scratch.sample(8)
    let folder = URL(filePath: scratch.path).appending(path: "a b")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let before = try FileManager.default.contentsOfDirectory(atPath: scratch.path)
    let run = try Tool.run(
      ["evaluate", catalogue, "--images", images, "--label", "brand"],
      environment: ["TMPDIR": folder.path])
    #expect(run.status == 0, "\(run.notes)")
    let after = try FileManager.default.contentsOfDirectory(atPath: scratch.path)
    #expect(Set(after) == Set(before))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
  }

  @Test func `a second signal ends a server that waits for a request`() throws {
    let scratch = TemporaryDirectory()
    let process = Process()
    let notes = Pipe()
    process.executableURL = URL(filePath: try #require(Tool.path))
    process.arguments = ["serve", "--port", "0", "--index", "x=\(try scratch.index(4))"]
    process.environment = ["PATH": "/usr/bin:/bin", "VITRINE_MODEL": Tool.model]
    process.standardError = notes
    try process.run()
    let greeting = String(decoding: notes.fileHandleForReading.availableData, as: UTF8.self)
    let port = try #require(greeting.firstMatch(of: #/:(\d+)\//#)?.1)
    let half = Process()
    half.executableURL = URL(filePath: "/bin/bash")
    let request =
      "PUT /v1/indexes/x/products HTTP/1.1\\r\\nHost: localhost\\r\\nContent-Length: 9\\r\\n\\r\\n"
    half.arguments = [
      "-c", "exec 3<>/dev/tcp/127.0.0.1/\(port); printf '\(request)x' >&3; echo; read -u 3 -t 60",
    ]
    let sent = Pipe()
    half.standardOutput = sent
    try half.run()
    defer { half.terminate() }
    _ = sent.fileHandleForReading.availableData
    Thread.sleep(forTimeInterval: 0.2)
    process.terminate()
    Thread.sleep(forTimeInterval: 0.5)
    process.terminate()
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
  }
}
