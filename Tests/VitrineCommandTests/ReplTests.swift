import Foundation
import Testing
import TestSupport
import VitrineCommand

/// What the commands of the REPL do, one line after the other in a pipe.
@Suite struct ReplTests {
  /// An index of twelve products whose catalogue is not quite the sample's.
  private func altered(in scratch: TemporaryDirectory, _ change: (String) -> String) throws
    -> String
  {
    let (catalogue, images) = try scratch.sample(12)
    let text = change(try String(contentsOfFile: catalogue, encoding: .utf8))
    let file = try scratch.write(text, to: "altered.csv")
    let index = scratch.path + "/altered"
    #expect(try Tool.run(["index", file, "--images", images, "--index", index]).status == 0)
    return index
  }

  @Test func `searches are boosted, gone on with, explained, shown, compared and saved`() throws {
    let scratch = TemporaryDirectory()
    let index = try scratch.index()
    let other = try copy(index, in: scratch)
    let file = scratch.path + "/hits.json"
    let run = try Tool.repl(
      index,
      """
      :set k 3
      :boost pattern = Striped by 0.5
      :image \(Tool.photograph("V1005"))
      :next
      :explain 1
      :show V1003
      :compare \(other)
      :save \(file)
      """)
    #expect(run.status == 0, "\(run.notes)")
    #expect(run.output.contains("boosts: pattern = Striped by 0.5"))
    #expect(run.output.contains(" compared\n"))
    #expect(run.output.contains("description  Blue Sun Print T-shirt for men"))
    #expect(run.output.contains("3 of 3 in both"))
    let saved = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: file)))
    let hits = try #require((saved as? [String: Any])?["hits"] as? [[String: Any]])
    let ids = hits.compactMap { $0["id"] as? String }
    #expect(ids.first == "V1005")
    #expect(Set(ids).count == 6)
  }

  @Test func `a walk is not taken for the search before it`() throws {
    let scratch = TemporaryDirectory()
    let index = try scratch.index()
    let run = try Tool.repl(
      index,
      """
      red shirt
      :like V1003 but darker
      :explain 1
      :compare \(try copy(index, in: scratch))
      :facets brand
      :next
      """)
    #expect(run.status == 64)
    #expect(
      run.notes.split(separator: "\n") == [
        "vitrine: line 3: a walk has no scores to explain: it goes by progress",
        "vitrine: line 4: a walk cannot be compared; search for something first",
        "vitrine: line 5: a walk has no counts; search for something",
        "vitrine: line 6: a walk is one page; :set k makes it longer",
      ])
  }

  @Test func `what looks like a product is others, page after page, however it is named`() throws {
    let scratch = TemporaryDirectory()
    let index = try scratch.index()
    for likeness in [":like V1003", ":filter price > 0\n:like 3", ":like V1003 V1005"] {
      let file = scratch.path + "/hits.json"
      try? FileManager.default.removeItem(atPath: file)
      let run = try Tool.repl(index, "\(likeness)\n:next\n:next\n:save \(file)")
      #expect(run.status == 0, "\(run.notes)")
      let saved = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: file)))
      let hits = try #require((saved as? [String: Any])?["hits"] as? [[String: Any]])
      let ids = Set(hits.compactMap { $0["id"] as? String })
      #expect(ids.count == (likeness.contains("V1005") ? 22 : 23), "\(likeness)")
      #expect(!ids.contains("V1003"), "\(likeness)")
    }
    let walk = try Tool.repl(index, ":like V1003 but darker").output.split(separator: "\n")
    #expect(walk.filter { $0.contains("V1003") }.map { $0.contains("  from  ") } == [true])
  }

  @Test func `a number that no hit has may be a product's id`() throws {
    let scratch = TemporaryDirectory()
    let index = try altered(in: scratch) { $0.replacing("\nV1", with: "\n5") }
    let run = try Tool.repl(
      index, ":show 5003\n:set k 2\nshirt\n:like 5003\n:like 1 5004 not 5005\n:show 0003\n:show 3")
    #expect(run.status == 1)
    #expect(run.output.contains("id           5003\n"))
    #expect(
      run.notes.split(separator: "\n") == [
        "vitrine: line 6: there is no product \"0003\"", "vitrine: line 7: there are hits 1 to 2",
      ])
  }

  @Test func `a setting that is changed is shown, all of them when asked`() throws {
    let scratch = TemporaryDirectory()
    let run = try Tool.repl(
      try scratch.index(4), ":set k 3\n:set sort price\n:set columns title\n:set")
    let lines = run.output.split(separator: "\n")
    #expect(
      lines.prefix(4) == [
        "k           3", "sort        price", "columns     title", "k           3",
      ])
    #expect(lines.count == 3 + ReplSetting.allCases.count)
  }

  @Test func `what fails leaves the conversation as it was`() throws {
    let scratch = TemporaryDirectory()
    let run = try Tool.repl(
      try scratch.index(),
      """
      :set k 2
      shirt
      :like nope
      :boost title by 0.5
      :set sort title
      :set group description
      :set looks 5
      :set diversity 4
      :set keep title
      :show 2
      :next
      """)
    #expect(run.status == 1)
    #expect(
      run.notes.split(separator: "\n") == [
        "vitrine: line 3: there is no product \"nope\"",
        "vitrine: line 4: \"title\" is not a number",
        "vitrine: line 5: \"title\" is not an attribute with an order",
        "vitrine: line 6: \"description\" is not an attribute with values",
        "vitrine: line 7: looks must be from 0 to 1, not 5.0",
        "vitrine: line 8: diversity must be from 0 to 1",
        "vitrine: line 9: \"title\" is not an attribute with values",
      ])
    #expect(run.output.contains("description  "))
    #expect(run.output.contains("\n3  0."))
    #expect(!run.output.contains("boosts:"))
  }

  @Test func `products that are only listed have no scores`() throws {
    let scratch = TemporaryDirectory()
    let run = try Tool.repl(
      try scratch.index(), ":filter pattern = Striped\n:boost brand = Corvida by 0.5")
    let rows = run.output.split(separator: "\n").filter { $0.contains("V10") }
    #expect(rows.first?.hasPrefix("1      –  V10") == true, "\(run.output)")
    #expect(rows.count(where: { $0.contains("  –  ") }) == 6)
    #expect(rows.count(where: { $0.contains("  0.500  ") }) == 1)
    #expect(rows.count(where: { $0.contains("  0.000  ") }) == 5)
  }

  @Test func `an index is opened anew for a command that asks more of it`() throws {
    let scratch = TemporaryDirectory()
    let index = try scratch.index()
    let other = try copy(index, in: scratch)
    let (catalogue, images) = try scratch.sample(24)
    let run = try Tool.repl(
      index,
      """
      :search --like V1003 --json --index \(other)
      :search shirt --json --index=\(other)
      :stats --index \(other)
      :index \(catalogue) --images \(images) --index \(other)
      """)
    #expect(run.status == 0, "\(run.notes)")
    let found = try answers(run)
    #expect(found.count == 2)
    #expect(found.last?["path"] as? String != "words")
    #expect(run.output.contains("24 rows: 24 unchanged\n"))
  }

  @Test func `a model's precision counts each time, and the conversation keeps its own`() throws {
    let scratch = TemporaryDirectory()
    let index = try scratch.index()
    let alone = try ["f32", "i8"].map { precision in
      let arguments = ["search", "shirt", "--index", index, "--json", "--precision", precision]
      return scores(try Tool.run(arguments).json())
    }
    try #require(alone[0] != alone[1])
    let together = try Tool.repl(
      index,
      """
      :search shirt --json
      :search shirt --json --precision f32
      :search shirt --json --precision i8
      """, options: ["--precision", "f32"])
    #expect(try answers(together).map(scores) == [alone[0], alone[0], alone[1]])
  }

  @Test func `attributes that a command adds can be asked for at once`() throws {
    let scratch = TemporaryDirectory()
    let run = try Tool.repl(
      try scratch.index(),
      """
      :classify --labels "striped,checked" --write look
      :filter look = striped
      """)
    #expect(run.status == 0, "\(run.notes)")
    #expect(run.output.contains("filter: look = striped"))
    #expect(run.notes.contains("Classifying  24/24\nStoring look of 24 products\n"))
  }

  private func copy(_ index: String, in scratch: TemporaryDirectory) throws -> String {
    let other = scratch.path + "/other"
    try FileManager.default.copyItem(atPath: index, toPath: other)
    return other
  }

  /// The lines of output that are JSON.
  private func answers(_ run: Tool.Outcome) throws -> [[String: Any]] {
    try run.output.split(separator: "\n").filter { $0.hasPrefix("{") }.compactMap {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }
  }

  private func scores(_ answer: [String: Any]) -> [Double] {
    (answer["hits"] as? [[String: Any]])?.compactMap { $0["score"] as? Double } ?? []
  }

  @Test func `settings say in their own words what they take, and off and auto reset them`() throws
  {
    let scratch = TemporaryDirectory()
    let run = try Tool.repl(
      try scratch.index(4),
      ":set looks much\n:set group brand\n:set group off\n:set sort auto\n:like V1003 V1005 but darker"
    )
    #expect(
      run.notes.split(separator: "\n") == [
        "vitrine: line 1: The value 'much' is invalid for \"looks\"",
        "vitrine: line 5: a walk begins at one product: use :like N|ID but WORDS",
      ])
    #expect(run.output.contains("group       auto"))
  }

  @Test func `another index shows its own titles beside this one's`() throws {
    let scratch = TemporaryDirectory()
    let other = try altered(in: scratch) { $0.replacing(",title,", with: ",name,") }
    let run = try Tool.repl(try scratch.index(), "shirt\n:compare \(other)\n:boost title = a by 1")
    let row = try #require(run.output.split(separator: "\n").first { $0.contains("=1") })
    #expect(row.components(separatedBy: "0.").count >= 3, "\(row)")
    #expect(!row.contains("V1"), "\(row)")
  }
}
