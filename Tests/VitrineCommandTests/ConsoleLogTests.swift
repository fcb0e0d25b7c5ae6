import Logging
import Testing
import VitrineCommand

@Suite struct ConsoleLogTests {
  @Test func `a line tells when what and about what`() {
    let notes = Recorder()
    let console = Console(write: { _ in }, note: { notes.add($0) })
    var logger = Logger(label: "test") { _ in ConsoleLog(console) }
    logger[metadataKey: "request"] = "7"
    logger.info("not told")
    logger.error("it failed", metadata: ["cause": "no disk"])
    let line = /[-0-9]{10}T[:0-9]{8}Z error: it failed cause=no disk request=7\n/
    #expect(notes.text.wholeMatch(of: line) != nil, "\(notes.text)")
  }
}
