import Foundation
import Testing
import Vitrine
import VitrineCommand

@Suite struct CSVTests {
  @Test(arguments: [
    ("plain", "plain"), ("a, b", "\"a, b\""), ("12\" wide", "\"12\"\" wide\""),
    ("two\nlines", "\"two\nlines\""), ("two\r\nlines", "\"two\r\nlines\""),
  ]) func `cells are quoted where they need to be`(note: String, cell: String) throws {
    let json = try JSONEncoder().encode(["note": note])
    let hit = try JSONDecoder().decode(
      Hit.self, from: Data(#"{"id":"A","score":1,"attributes":"#.utf8) + json + Data("}".utf8))
    let schema = Schema(attributes: [Attribute(name: "note", kind: .text)])
    #expect(CSV.text([hit], schema: schema) == "id,score,note\nA,1.0,\(cell)\n")
  }
}
