import Testing
import TestSupport
import VitrineCommand

/// What a conversation remembers, and how it says what is amiss.
@Suite struct ReplConversationTests {
  @Test func `a score is explained as it is on the screen, whatever was set since`() throws {
    let scratch = TemporaryDirectory()
    let run = try Tool.repl(
      try scratch.index(120),
      """
      :set k 5
      :set diversity 0.5
      shirt
      :next
      :next
      :explain 12
      :set k 2
      :set fusion rrf
      :explain 1
      :explain V1003x
      """)
    #expect(run.notes == "vitrine: line 10: V1003x is not among the results\n")
    let lines = run.output.split(separator: "\n").map { $0.split(separator: " ") }
    let explained = lines.filter { $0.first == "score" && $0.count == 2 }.map { $0[1] }
    let shown = ["12", "1"].map { (rank: Substring) in lines.first { $0.first == rank }?[1] }
    #expect(explained.map(Optional.some) == shown, "\(run.output)")
  }

  @Test func `what is counted is what is on the screen`() throws {
    let scratch = TemporaryDirectory()
    let index = try scratch.index()
    let run = try Tool.repl(index, "shirt\n:facets brand\n:set cutoff 5\n:facets brand")
    let counts = run.output.split(separator: "\n").filter { $0.hasPrefix("brand  ") }
    #expect(counts.count == 2 && counts.first == counts.last, "\(run.output)")
  }

  @Test func `a setting without a value is shown and stays`() throws {
    let scratch = TemporaryDirectory()
    let run = try Tool.repl(
      try scratch.index(4),
      ":set looks 0.3\n:set looks\n:set columns TITLE\n:set columns\n:set k\n:set columns titel")
    #expect(
      run.output.split(separator: "\n") == [
        "looks       0.3", "looks       0.3", "columns     title", "columns     title",
        "k           10",
      ])
    #expect(
      run.notes
        == "vitrine: line 6: \"titel\" is not an attribute of the index; did you mean \"title\"?\n")
  }

  @Test func `a search that found nothing is told from none`() throws {
    let scratch = TemporaryDirectory()
    let run = try Tool.repl(
      try scratch.index(4), ":save hits.json\n:filter price > 100000\n:show 1\n:save hits.json")
    #expect(
      run.notes.split(separator: "\n") == [
        "vitrine: line 1: search for something first",
        "vitrine: line 3: the last search found nothing",
        "vitrine: line 4: the last search found nothing",
      ])
  }

  @Test func `long pages do not make walks too long`() throws {
    let scratch = TemporaryDirectory()
    let run = try Tool.repl(try scratch.index(), ":set k 200\n:like V1003 but darker")
    #expect(run.status == 0, "\(run.notes)")
    #expect(run.output.contains(" of 100 steps found"))
  }

  @Test func `boosts are shown as one would type them`() throws {
    let scratch = TemporaryDirectory()
    let boosts = [
      #"brand = "A, B", Corvida by 0.1"#, #"brand = "a=b" by 0.2"#,
      "added near 2012-05-01 within 2d by 0.3", "price near 20 within 5 by 0.4",
    ]
    let index = try scratch.index()
    for boost in boosts {
      let run = try Tool.repl(index, ":boost \(boost)\n:boost")
      #expect(run.output.hasSuffix("\n\(boost)\n"), "\(run.output) \(run.notes)")
    }
  }

  @Test func `attributes are known in any case, and are one`() throws {
    let scratch = TemporaryDirectory()
    let run = try Tool.repl(
      try scratch.index(8),
      """
      :boost price by 0.1
      :boost PRICE by 0.2
      :boost
      :set sort PRICE -Added
      :set group BRAND
      """)
    #expect(run.status == 0, "\(run.notes)")
    let last = run.output.split(separator: "\n").suffix(3)
    #expect(last == ["price by 0.2", "sort        price, -added", "group       brand"])
    #expect(!run.output.contains("price by 0.1, "))
  }

  @Test func `attributes without values are counted only where they are named`() throws {
    let scratch = TemporaryDirectory()
    let index = try scratch.index(8)
    let none = ":filter price > 100000\n"
    let unasked = try Tool.repl(index, none + ":facets").output
    #expect(!unasked.contains("values among"), "\(unasked)")
    let asked = try Tool.repl(index, none + ":facets price").output
    #expect(asked.contains("price  0 values among 0 products"), "\(asked)")
    let one = try Tool.repl(index, ":filter price = 20.95\n:facets brand").output
    #expect(one.contains("brand  1 value among 1 product\n"), "\(one)")
  }

  @Test func `the help on a command shows its options as well`() throws {
    let scratch = TemporaryDirectory()
    let run = try Tool.repl(try scratch.index(4), ":help stats")
    #expect(run.output.hasPrefix("  :stats "), "\(run.output)")
    #expect(run.output.contains("OVERVIEW: Show what an index holds."), "\(run.output)")
  }

  @Test func `commands show their own help, and take of the conversation what they know`() throws {
    let scratch = TemporaryDirectory()
    let run = try Tool.repl(
      try scratch.index(4), ":stats --help\n:verify -h\n:model\n:doctor\n:stats\n:help set")
    #expect(run.status == 0, "\(run.notes)")
    #expect(run.output.contains("OVERVIEW: Show what an index holds."))
    #expect(run.output.contains("OVERVIEW: Check a whole index."))
    #expect(run.output.contains("fingerprint  "))
    #expect(run.output.contains("4 products"))
    #expect(run.output.contains("side by side"))
    #expect(!ReplCommand.commandLine.contains("serve"))
  }
}
