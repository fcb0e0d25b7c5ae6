import Foundation
import TestSupport
import Testing
import Vitrine

/// Writes a table as CSV with random quoting, line endings and blank lines: the reader's inverse.
private struct TableWriter {
  var generator: SplitMix
  let separator: Character
  let lineBreak: String

  mutating func text(of rows: [[String]]) -> String {
    var text = Bool.random(using: &generator) ? "\u{FEFF}" : ""
    for (number, row) in rows.enumerated() {
      text += row.map { cell($0) }.joined(separator: String(separator))
      let isLast = number == rows.count - 1
      if !isLast || Bool.random(using: &generator) { text += lineBreak }
    }
    return text
  }

  private mutating func cell(_ value: String) -> String {
    let special: Set<Character> = [separator, "\"", "\n", "\r", "\r\n"]
    let needsQuotes = value.contains { special.contains($0) }
    guard needsQuotes || Int.random(in: 0..<4, using: &generator) == 0 else { return value }
    return "\""
      + value.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"") + "\""
  }
}

private func entries(_ path: String) throws -> (columns: [String], entries: [CatalogueEntry]) {
  let reader = try openCatalogue(path)
  var entries: [CatalogueEntry] = []
  while let entry = try reader.next() { entries.append(entry) }
  return (reader.columns, entries)
}

/// The rows as full lines of cells, nil for bad ones.
private func table(_ path: String) throws -> [[String]?] {
  let (columns, entries) = try entries(path)
  return entries.map { entry in
    guard case .row(let row) = entry else { return nil }
    var cells = Array(repeating: "", count: columns.count)
    for field in row.fields {
      if case .text(let text) = field.value { cells[field.column] = text }
    }
    return cells
  }
}

@Suite struct CSVReaderTests {
  @Test(arguments: 0..<200)
  func `any table is read back as it was written`(seed: Int) throws {
    let scratch = TemporaryDirectory()
    var generator = SplitMix(seed: UInt64(seed))
    let width = Int.random(in: 2...6, using: &generator)
    let pieces = [
      "a", "é", "👗", " ", "\"", "\"\"", "\n", "\r\n", "\r", ",", ";", "\t", "|", "12.5",
      "long word",
    ]
    var rows = [(0..<width).map { "column \($0)" }]
    for _ in 0..<Int.random(in: 0...40, using: &generator) {
      var row = (0..<width).map { _ in
        (0..<Int.random(in: 0...5, using: &generator))
          .map { _ in pieces.randomElement(using: &generator)! }.joined()
      }
      if row.allSatisfy(\.isEmpty) { row[0] = "x" }
      rows.append(row)
    }
    var writer = TableWriter(
      generator: generator, separator: [",", ";", "\t", "|"].randomElement(using: &generator)!,
      lineBreak: ["\n", "\r\n", "\r"].randomElement(using: &generator)!)
    let text = writer.text(of: rows)
    let path = try scratch.write(text, to: "table.csv")
    #expect(try table(path) == Array(rows.dropFirst()), "seed \(seed): \(text.debugDescription)")
  }

  @Test func `a record longer than the window is read whole`() throws {
    let scratch = TemporaryDirectory()
    let long = String(repeating: "many words, ", count: 60_000)
    let path = try scratch.write("id,text\n1,\"\(long)\"\n2,short\n", to: "long.csv")
    #expect(try table(path) == [["1", long], ["2", "short"]])
  }

  @Test func `rows of another width are bad and the rest is read`() throws {
    let scratch = TemporaryDirectory()
    let path = try scratch.write("id,name,price\n1,a,2\n2,b\n3,c,4,5\n\n4,d,6\n", to: "ragged.csv")
    let found = try entries(path).entries
    #expect(found.count == 4)
    #expect(found[1] == .bad(row: 3, column: "price", reason: "expected 3 cells, found 2"))
    #expect(found[2] == .bad(row: 4, column: nil, reason: "expected 3 cells, found 4"))
    guard case .row(let last) = found[3] else {
      Issue.record("the last row is bad")
      return
    }
    #expect(last.number == 6)
  }

  @Test(arguments: ["\n", "\r\n", "\r"])
  func `a quote that is not closed, or closed too early, costs one row`(lineBreak: String) throws {
    let scratch = TemporaryDirectory()
    let rows = ["id,name", "1,\"b", "2,\"c\" d", "3,5\" screen", "4,\"open", "5,e"]
    let path = try scratch.write(rows.map { $0 + lineBreak }.joined(), to: "open.csv")
    let found = try table(path)
    #expect(found == [nil, nil, ["3", "5\" screen"], nil, ["5", "e"]])
    let entries = try entries(path).entries
    #expect(entries[0] == .bad(row: 2, column: "name", reason: "text after the closing quote"))
    #expect(entries[3] == .bad(row: 5, column: "name", reason: "the quote is never closed"))
  }

  @Test func `a quoted cell may have megabytes of lines`() throws {
    let scratch = TemporaryDirectory()
    let long = String(repeating: "line one\nline two, more, cells\n", count: 90_000)
    let path = try scratch.write("id,name\n1,\"\(long)\"\n2,c\n", to: "lines.csv")
    let found = try table(path)
    #expect(found.count == 2 && found[0]?[1] == long && found[1] == ["2", "c"])
  }

  @Test func `a bad row that is longer than the window is one row`() throws {
    let scratch = TemporaryDirectory()
    let long = String(repeating: "x,", count: 600_000)
    let path = try scratch.write("id,name\n1,\"a\" b\(long)\n2,c\n", to: "long.csv")
    #expect(try table(path) == [nil, ["2", "c"]])
  }

  @Test func `bytes that are not UTF-8 make a row bad and name the column`() throws {
    let scratch = TemporaryDirectory()
    let path = try scratch.write(
      Array("id,name\n1,caf".utf8) + [0xE9] + Array("\n2,b\n".utf8), to: "latin.csv")
    let found = try entries(path).entries
    #expect(
      found[0]
        == .bad(row: 2, column: "name", reason: "expected UTF-8, found \"caf\u{FFFD}\""))
    #expect(found.count == 2)
  }

  @Test func `a gzipped catalogue is read as a plain one`() throws {
    let scratch = TemporaryDirectory()
    // printf 'id,name\n1,shirt\n' | gzip -n | xxd -i
    let path = try scratch.write(
      [
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xcb, 0x4c, 0xd1, 0xc9, 0x4b,
        0xcc, 0x4d, 0xe5, 0x32, 0xd4, 0x29, 0xce, 0xc8, 0x2c, 0x2a, 0xe1, 0x02, 0x00, 0xd6,
        0x7b, 0x43, 0x86, 0x10, 0x00, 0x00, 0x00,
      ], to: "table.csv.gz")
    #expect(try table(path) == [["1", "shirt"]])
  }

  @Test func `a gzipped catalogue that is cut short is an error, not a shorter catalogue`() throws {
    let scratch = TemporaryDirectory()
    // The file above without its last eight bytes, the checksum and the length.
    let path = try scratch.write(
      [
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xcb, 0x4c, 0xd1, 0xc9, 0x4b,
        0xcc, 0x4d, 0xe5, 0x32, 0xd4, 0x29, 0xce, 0xc8, 0x2c, 0x2a, 0xe1, 0x02, 0x00,
      ], to: "cut.csv.gz")
    let error = #expect(throws: VitrineError.self) { try table(path) }
    #expect(error?.blame == .data)
    #expect(error?.description.components(separatedBy: path).count == 2)
  }

  @Test func `a pipe is refused, since it can be read once only`() throws {
    let scratch = TemporaryDirectory()
    let path = scratch.path + "/pipe"
    try #require(mkfifo(path, 0o600) == 0)
    let reason = "is a pipe or a device; give a file"
    #expect(throws: VitrineError.file(path: path, reason: reason)) { try table(path) }
  }

  @Test func `columns without a name are left out`() throws {
    let scratch = TemporaryDirectory()
    let path = try scratch.write("id, ,title,\n1,x,Shirt,y\n", to: "nameless.csv")
    #expect(try table(path) == [["1", "", "Shirt", ""]])
  }

  @Test func `files that are no catalogue are refused in words`() throws {
    let scratch = TemporaryDirectory()
    let cases: [(name: String, bytes: [UInt8], reason: String)] = [
      ("empty.csv", [], "the file is empty"),
      ("wide.csv", [0xFF, 0xFE, 0x69, 0x00], "expected UTF-8, found UTF-16: save it as UTF-8"),
      ("array.json", Array("[{}]".utf8), "expected one JSON object per line, found an array"),
      ("twice.csv", Array("id,a,a\n".utf8), "the header names it twice"),
      ("bad.jsonl", Array(#"{"id": "A" "image": "x"}"#.utf8), #"found ""image": "x"}""#),
      ("none.jsonl", Array("{}\n{}\n".utf8), "expected an id, found nothing in any row"),
    ]
    for (name, bytes, reason) in cases {
      let path = try scratch.write(bytes, to: name)
      let error = #expect(throws: VitrineError.self) { try CatalogueSource(path: path).check() }
      #expect(error?.description.hasSuffix(reason) == true, "\(error?.description ?? "")")
      #expect(error?.blame == .data)
    }
    #expect(throws: VitrineError.self) { try openCatalogue(scratch.path) }
    #expect(throws: VitrineError.self) { try openCatalogue(scratch.path + "/absent.csv") }
  }
}
