import Synchronization
import Testing
import VitrineCommand

@Suite struct ProgressTests {
  /// A console whose clock steps by a second at every look, with what was noted.
  private func shown(onTerminal: Bool, body: (Progress) throws -> Void)
    rethrows -> String
  {
    let notes = Recorder()
    let console = Console(
      write: { _ in }, note: { notes.add($0) }, now: { notes.tick() },
      terminals: .init(notes: onTerminal))
    try body(Progress(console: console))
    return notes.text
  }

  @Test func `is plain lines now and then where nobody looks`() {
    let text = shown(onTerminal: false) { progress in
      for done in 1...12 { progress.update("Indexing", done: done, of: 12, detail: "9 images/s") }
      progress.finish()
    }
    #expect(
      text == """
        Indexing  1/12  9 images/s
        Indexing  6/12  9 images/s
        Indexing  11/12  9 images/s
        Indexing  12/12  9 images/s

        """)
  }

  @Test func `counts what is worked through`() throws {
    let text = try shown(onTerminal: false) { progress in
      let doubled = try progress.map("Sorting", over: 1...3) { $0 * 2 }
      #expect(doubled == [2, 4, 6])
    }
    #expect(text == "Sorting  1/3\nSorting  3/3\n")
  }

  @Test func `is one line drawn again on a terminal`() {
    let text = shown(onTerminal: true) { progress in
      progress.update("Indexing", done: 6, of: 12)
      progress.finish()
    }
    #expect(!text.contains("\n"))
    #expect(text.contains("████████████"))
    #expect(text.hasSuffix("\r\u{1B}[K"))
  }

  @Test(arguments: [
    (0.000_84, "840 µs"), (0.003_2, "3.2 ms"), (0.047, "47 ms"), (0.9996, "1.0 s"),
    (12.2, "12 s"), (59.6, "1 min 0 s"), (250, "4 min 10 s"), (7500, "2 h 5 min"),
  ]) func `says times as people do`(seconds: Double, words: String) {
    #expect(Duration.seconds(seconds).inWords == words)
  }

  @Test func `groups thousands and names sizes`() {
    #expect(Numbers.grouped(39_413) == "39,413")
    #expect(Numbers.grouped(-1_234_567) == "-1,234,567")
    #expect(Numbers.grouped(12) == "12")
    #expect(Numbers.counted(1, "row") == "1 row")
    #expect(Numbers.counted(1200, "row") == "1,200 rows")
    #expect(Numbers.bytes(812) == "812 bytes")
    #expect(Numbers.bytes(4_230_000) == "4.2 MB")
  }
}
