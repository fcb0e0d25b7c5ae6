import Foundation
import Testing
import TestSupport

/// What `--json` prints: one way of writing keys, whichever command it is.
@Suite struct JSONKeyTests {
  @Test func `the keys of all commands are words with underscores`() throws {
    let scratch = TemporaryDirectory()
    let (catalogue, images) = try scratch.sample(24)
    let index = ["--index", scratch.path + "/i"]
    let out = scratch.path + "/out"
    let picture = images + "/images/V1003.jpg"
    let commands = [
      ["index", catalogue, "--images", images] + index,
      ["search", "red", "shirt", "--explain", "--facet", "price", "--facet", "brand"] + index,
      ["recommend", "V1003", "--towards", "darker"] + index,
      ["classify", picture, "--labels", "dress,shirt"],
      ["evaluate", "--label", "pattern", "--caption", "title", "--slice", "brand"] + index,
      ["stats"] + index, ["verify"] + index, ["export", "--out", out] + index,
      ["import", out + "/vectors.npy", "--ids", out + "/ids.txt"] + index,
      ["delete", "V1001"] + index, ["compact"] + index, ["doctor"] + index, ["model"],
      ["embed", picture],
    ]
    var count = 0
    for command in commands {
      let run = try Tool.run(command + ["--json"])
      #expect(run.status == 0, "\(command): \(run.notes)")
      let keys = keys(of: try JSONSerialization.jsonObject(with: Data(run.output.utf8)))
      for key in keys {
        #expect(key.wholeMatch(of: /[a-z0-9]+(_[a-z0-9]+)*/) != nil, "\(command[0]): \(key)")
      }
      count += keys.count { $0.contains("_") }
    }
    #expect(count > 30, "\(count) keys of several words show little")
  }

  /// The keys of all objects, but for those that are an attribute's name.
  private func keys(of value: Any) -> [String] {
    if let list = value as? [Any] { return list.flatMap(keys) }
    guard let object = value as? [String: Any] else { return [] }
    return object.flatMap { key, value in
      key == "attributes" && value is [String: Any] ? [key] : [key] + keys(of: value)
    }
  }
}
