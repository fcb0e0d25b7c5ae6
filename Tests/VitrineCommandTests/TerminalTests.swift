import Foundation
import Testing
import TestSupport
import VitrineCommand

/// The REPL in a real terminal: tmux plays the terminal, and its screens are compared.
@Suite(.serialized, .enabled(if: Terminal.isAvailable, "tmux is not installed"))
struct TerminalTests {
  @Test func `shows a table within the width and marks words`() throws {
    let terminal = try Terminal(columns: 72, rows: 30)
    try terminal.type(":set columns title brand price\n", until: "columns     title, brand, price")
    try terminal.type(":set k 3\nstriped\n", until: ":next for more")
    let screen = terminal.screen()
    #expect(screen.contains { $0.contains("score  id     title") && $0.contains("brand") })
    #expect(screen.allSatisfy { $0.count <= 72 })
    // tmux gives the marks of matched words back as escape codes.
    #expect(terminal.screen(coloured: true).contains { $0.contains("4mStriped") })
  }

  @Test func `completes commands attributes and values`() throws {
    let terminal = try Terminal()
    try terminal.type(":fil\t", until: "> :filter")
    try terminal.type("bra\t= Kes\t", until: ":filter brand = Kestrel")
    try terminal.type("\n", until: "filter: brand = Kestrel")
  }

  @Test func `ids are completed whether they are on the screen or not`() throws {
    let terminal = try Terminal()
    try terminal.type(":show V1\t03\n", until: "> :show V1003")
    try terminal.type("", until: "description")
  }

  @Test func `completes what a command has added`() throws {
    let terminal = try Terminal()
    try terminal.type(":classify --labels striped,checked --write look\n", until: "label ")
    try terminal.wait(for: "the next prompt") { $0.last == "vitrine>" }
    try terminal.type(":filter lo\t", until: ":filter look")
  }

  @Test func `remembers lines across sessions`() throws {
    let scratch = TemporaryDirectory()
    let first = try Terminal(state: scratch.path)
    try first.type("a line to be remembered\n", until: " · ")
    try first.type(":quit\n", until: "left with 0")
    let second = try Terminal(state: scratch.path)
    second.key("Up")
    second.key("Up")
    try second.wait(for: "> a line to be remembered")
  }

  @Test func `Ctrl-C throws the line away and Ctrl-D leaves`() throws {
    let terminal = try Terminal()
    try terminal.type("half a li", until: "half a li")
    terminal.key("C-c")
    try terminal.wait(for: "half a li^C")
    try terminal.wait(for: "the next prompt") { $0.last == "vitrine>" }
    terminal.key("C-c")
    try terminal.wait(for: "> ^C  :quit or Ctrl-D leaves")
    try terminal.type(":set k 4\n", until: "k           4")
    terminal.key("C-d")
    try terminal.wait(for: "left with 0")
  }

  @Test func `follows a resize`() throws {
    let terminal = try Terminal(columns: 100, rows: 30)
    try terminal.type("shirt\n", until: " · ")
    terminal.resize(columns: 50)
    try terminal.type(":set k 2\nshirts\n", until: "> shirts")
    try terminal.wait(for: "the results at the new width") { screen in
      let tail = screen.suffix(6)
      return tail.last == "vitrine>" && tail.allSatisfy { $0.count <= 50 }
        && tail.contains { $0.contains("score") && $0.contains("title") }
    }
  }

  @Test func `a line goes on where it was after a resize, and after Ctrl-Z`() throws {
    let terminal = try Terminal(columns: 100, rows: 30)
    try terminal.type("half a li", until: "> half a li")
    terminal.resize(columns: 60)
    try terminal.type("ne", until: "> half a line")
    terminal.key("C-z")
    try terminal.wait(for: "the line after a stop") { screen in
      screen.contains("stopped") && screen.last == "vitrine> half a line"
    }
    try terminal.type(" and more", until: "> half a line and more")
    terminal.key("C-c")
    try terminal.type(":set k 4\n", until: "k           4")
  }

  @Test(arguments: [SIGTERM, SIGHUP])
  func `who ends the program finds the terminal as it was`(number: Int32) throws {
    let terminal = try Terminal()
    try terminal.type(":set k 4\n", until: "k           4")
    try terminal.type("half a li", until: "> half a li")
    try terminal.signal(number)
    try terminal.wait(for: "left with \(128 + number)")
    // Only a terminal that edits by itself shows what is typed to nobody.
    try terminal.type("echoed", until: "echoed")
  }

  @Test func `ranks of two digits are whole in a narrow terminal`() throws {
    let terminal = try Terminal(columns: 60, rows: 30)
    try terminal.type("shirt\n", until: ":next for more")
    #expect(terminal.screen().contains { $0.hasPrefix("10  0.") || $0.hasPrefix("10  1.") })
  }

  @Test func `a very narrow terminal shows titles and cuts no words`() throws {
    let terminal = try Terminal(columns: 40, rows: 60)
    try terminal.type("shirt\n", until: ":next for more")
    #expect(terminal.screen().contains { $0.contains("score  id     title") })
    #expect(terminal.screen().contains { $0.contains("T-shirt") || $0.contains("Shirt") })
    try terminal.type(":explain 1\n", until: "compared")
    try terminal.wait(for: "the times") { screen in
      screen.last == "vitrine>" && !screen.contains { $0.hasSuffix(" µ") || $0.hasPrefix(", ") }
    }
    terminal.key("C-l")
    try terminal.type(":help\n", until: "leave; Ctrl-D does too")
    #expect(terminal.screen().contains("      one product in full"))
  }

  @Test func `twenty columns show titles, what scores add up to, and both sides`() throws {
    let terminal = try Terminal(columns: 20, rows: 60)
    try terminal.type("shirt\n", until: "vitrine>")
    try terminal.wait(for: "a title") { $0.contains { $0.contains("…") && $0.contains("0.") } }
    #expect(terminal.screen().contains { $0.contains("score  title") })
    try terminal.type(":explain 1\n", until: "similarity")
    #expect(terminal.screen().contains { $0.contains("part") && $0.hasSuffix("adds") })
    terminal.key("C-l")
    try terminal.type(":show 1\n", until: "description")
    try terminal.wait(for: "the prompt") { $0.last == "vitrine>" }
    #expect(terminal.screen().allSatisfy { DisplayWidth.of($0) <= 20 })
  }

  @Test func `Ctrl-C stops a command and not the conversation, each time`() throws {
    let terminal = try Terminal()
    let scratch = TemporaryDirectory()
    let catalogue = Tool.root.appending(path: "Tools/sample-catalogue/catalogue.csv").path
    for round in 1...2 {
      terminal.key("C-l")
      try terminal.wait(for: "an empty screen") { $0 == ["vitrine>"] }
      let command = ":index \(catalogue) --index \(scratch.path)/\(round)\n"
      try terminal.type(command, until: "Indexing")
      terminal.key("C-c")
      try terminal.wait(for: "stop \(round)") { screen in
        screen.contains { $0.contains("Stopped.") } && screen.last == "vitrine>"
      }
      #expect(terminal.screen().count { $0.contains("Stopping after") } == 1)
    }
    try terminal.type("shirt\n", until: ":next for more")
  }

  @Test func `a Ctrl-C that comes after a command ends nothing`() throws {
    let terminal = try Terminal()
    try terminal.type(":set k 4\n", until: "k           4")
    try terminal.type("half a li", until: "> half a li")
    // As it arrives where the command is over already.
    try terminal.signal(SIGINT)
    Thread.sleep(forTimeInterval: 0.3)
    try terminal.type("ne", until: "> half a line")
    #expect(!terminal.screen().contains { $0.contains("left with") })
  }

  @Test func `headings of counts fit the terminal`() throws {
    let terminal = try Terminal(columns: 24, rows: 40)
    try terminal.type(":facets pattern\n", until: "values among")
    #expect(terminal.screen().contains("pattern"))
  }

  @Test func `Ctrl-C leaves what is right of the cursor on the screen`() throws {
    let terminal = try Terminal()
    try terminal.type("half a li", until: "half a li")
    terminal.key("C-a")
    terminal.key("C-c")
    try terminal.wait(for: "the whole line") { screen in
      screen.contains("vitrine> half a li^C") && screen.last == "vitrine>"
    }
  }

  @Test func `messages break between words`() throws {
    let terminal = try Terminal(columns: 40)
    #expect(terminal.screen().contains("Type what you look for; :help lists"))
    try terminal.type(":frobnicate\n", until: "lists them")
    #expect(terminal.screen().contains("there is no command :frobnicate; :help"))
  }

  @Test func `help fits the terminal`() throws {
    let terminal = try Terminal(columns: 60, rows: 40)
    try terminal.type(":help\n", until: "Ctrl-D does too")
    #expect(terminal.screen().contains { $0.hasPrefix("  :next") })
    #expect(terminal.screen().filter { $0.hasPrefix("  :") }.count >= 16)
  }

  @Test func `errors point into the filter`() throws {
    let terminal = try Terminal()
    try terminal.type(":filter price <> 3\n", until: "filter, column")
    #expect(terminal.screen().contains { $0.contains("^") })
  }
}
