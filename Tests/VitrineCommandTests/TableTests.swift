import Testing
import VitrineCommand

@Suite struct TableTests {
  private let plain = Style(isOn: false)
  private let table = Table(
    [.init("#", isNumeric: true, least: 1), .init("title"), .init("brand")],
    rows: [["1", "Red Dress with a very long name", "Marlowe"], ["10", "Cap", "Alder & Finch"]])

  @Test func `lines up columns and numbers`() {
    #expect(
      table.lines(width: nil, style: plain) == [
        " #  title                            brand",
        " 1  Red Dress with a very long name  Marlowe",
        "10  Cap                              Alder & Finch",
      ])
  }

  @Test(arguments: [20, 30, 40, 47, 60]) func `fits the width it is given`(width: Int) {
    for line in table.lines(width: width, style: plain) {
      #expect(DisplayWidth.of(line) <= width, "\(line)")
    }
  }

  @Test func `cuts the widest column first`() {
    let lines = table.lines(width: 30, style: plain)
    #expect(lines[1] == " 1  Red Dress w…  Marlowe")
    #expect(lines[2] == "10  Cap           Alder & Fin…")
  }

  @Test func `leaves last columns out where nothing else helps`() {
    #expect(table.lines(width: 10, style: plain)[0] == " #  title")
  }

  @Test func `wide and combining characters count as they show`() {
    #expect(DisplayWidth.of("日本") == 4)
    #expect(DisplayWidth.of("e\u{301}") == 1)
    #expect(DisplayWidth.of("👗") == 2)
    #expect(DisplayWidth.fit("日本語", in: 5) == "日本…")
    #expect(DisplayWidth.fit("abc", in: 3) == "abc")
  }

  @Test func `data cannot move the cursor`() {
    #expect(DisplayWidth.fit("a\u{1B}[2Jb\nc", in: 20) == "a [2Jb c")
  }

  @Test func `styles do not count as width`() {
    let lines = table.lines(width: nil, style: plain) { text, _, column in
      column == 1 ? Style(isOn: true).bold(text) : text
    }
    #expect(lines[2] == "10  \u{1B}[1mCap\u{1B}[0m                              Alder & Finch")
  }
}
