import Testing
import TestSupport
import Vitrine

private func entries(_ text: String) throws -> (columns: [String], entries: [CatalogueEntry]) {
  let scratch = TemporaryDirectory()
  let reader = try openCatalogue(try scratch.write(text, to: "lines.jsonl"))
  var entries: [CatalogueEntry] = []
  while let entry = try reader.next() { entries.append(entry) }
  return (reader.columns, entries)
}

/// The first row's values by column name.
private func values(_ text: String) throws -> [String: RawValue] {
  let (columns, entries) = try entries(text)
  guard case .row(let row) = try #require(entries.first) else { return [:] }
  return Dictionary(uniqueKeysWithValues: row.fields.map { (columns[$0.column], $0.value) })
}

@Suite struct JSONLinesReaderTests {
  @Test func `members keep their kinds and nested ones get a path`() throws {
    let found = try values(
      #"{"id": 7, "price": -1.5e3, "new": true, "none": null, "empty": "", "a": {"b": {"c": "x"}}, "l": ["r", 1, false, null]}"#
    )
    #expect(
      found == [
        "id": .number("7"), "price": .number("-1.5e3"), "new": .boolean(true), "a.b.c": .text("x"),
        "l": .list(["r", "1", "false"]),
      ])
  }

  @Test func `a member without a name is no attribute`() throws {
    #expect(
      try values(#"{"": 1, "a": 2, " ": {"b": [3]}, "c": {"": 4, "d": 5}}"#)
        == ["a": .number("2"), "c.d": .number("5")])
  }

  @Test(arguments: ["0", "-0", "10", "0.5", "-1.25e+10", "0E0", "2e-3", "12345678901234567"])
  func `numbers stay as they are written`(number: String) throws {
    #expect(try values("{\"a\": \(number)}") == ["a": .number(number)])
  }

  @Test func `objects in an array become one list per member`() throws {
    let found = try values(
      #"{"sizes": [{"name": "S", "in": 3}, {"name": "M"}, ["L"]], "none": []}"#)
    #expect(
      found == ["sizes": .list(["L"]), "sizes.name": .list(["S", "M"]), "sizes.in": .list(["3"])])
  }

  @Test func `escapes are undone`() throws {
    let found = try values(#"{"t": "a\n\t\"\\\/\u00e9\ud83d\udc57 \ud83d."}"#)
    #expect(found == ["t": .text("a\n\t\"\\/é👗 \u{FFFD}.")])
  }

  @Test func `of two members of one name the last counts`() throws {
    #expect(try values(#"{"a": 1, "b": 2, "a": 3}"#) == ["a": .number("3"), "b": .number("2")])
  }

  @Test(arguments: [
    (#"{"a": 1"#, #"byte 8: expected "," or "}", found the end of the line"#),
    (#"{"a" 1}"#, #"byte 6: expected ":", found "1}""#),
    (#"{"a": nul}"#, #"byte 7: expected a value, found "nul}""#),
    (#"{"a": 1x}"#, #"byte 8: expected "," or "}", found "x}""#),
    (#"{"a": 01234}"#, #"byte 7: expected a number such as 12 or -0.5e3, found "01234}""#),
    (#"{"a": -007}"#, #"byte 7: expected a number such as 12 or -0.5e3, found "-007}""#),
    (#"{"a": 1.}"#, #"byte 7: expected a number such as 12 or -0.5e3, found "1.}""#),
    (#"{"a": -}"#, #"byte 7: expected a number such as 12 or -0.5e3, found "-}""#),
    (#"{"a": 1e}"#, #"byte 7: expected a number such as 12 or -0.5e3, found "1e}""#),
    (#"{"a": +1}"#, #"byte 7: expected a value, found "+1}""#),
    (
      #"{"a": "b\#tc"}"#,
      #"byte 9: expected an escape such as \t for a control character, found "\#tc"}""#
    ),
    (
      #"{"a": "\n\#tc"}"#,
      #"byte 10: expected an escape such as \t for a control character, found "\#tc"}""#
    ),
    (#"{"a": "b}"#, #"byte 8: expected a closing quote, found "b}""#),
    ("[1]", #"byte 1: expected an object {…}, found "[1]""#),
    (#"{"a": 1} 2"#, #"byte 10: expected the end of the line, found "2""#),
    (#"{"a": "\x"}"#, #"byte 8: expected an escape such as \n or \u00e9, found "\x"}""#),
  ])
  func `a broken line is bad and says where`(line: String, reason: String) throws {
    let found = try entries("{\"id\": 1}\n\n\(line)\n{\"id\": 2}").entries
    #expect(found.count == 3)
    guard case .bad(let row, _, let found) = found[1] else {
      Issue.record("read as a row")
      return
    }
    #expect(row == 3 && found == reason)
  }

  @Test(.timeLimit(.minutes(1))) func `a long list is read in one pass`() throws {
    let elements = Array(repeating: "[1],2", count: 100_000).joined(separator: ",")
    guard case .list(let items) = try values("{\"a\": [\(elements)]}")["a"] else {
      Issue.record("not read as a list")
      return
    }
    #expect(items == (0..<200_000).map { $0.isMultiple(of: 2) ? "1" : "2" })
  }

  @Test func `levels without end are refused`() throws {
    let deep = #"{"a": "# + String(repeating: "[", count: 100_000)
    guard case .bad(_, _, let reason) = try #require(try entries(deep).entries.first) else {
      return
    }
    #expect(reason.contains("expected at most 64 levels"))
  }
}
