import CEdit
import Foundation
import Vitrine

/// Where a command writes, where its input comes from, and what time it is: all that a test wants
/// to hold in its own hands.
package struct Console: Sendable {
  /// Takes results: what a script reads.
  package var write: @Sendable (String) -> Void
  /// Takes progress and diagnostics.
  package var note: @Sendable (String) -> Void
  /// Gives the next line of input; nil at its end.
  package var nextLine: @Sendable () -> String?
  /// Puts a question to the terminal, as escape codes that end with asking for its attributes
  /// (`CSI c`), and gives what it answers: nothing where there is none.
  package var ask: @Sendable (String) -> String
  /// Time passed since some fixed moment.
  package var now: @Sendable () -> Duration
  /// Columns and rows of the terminal; nil where results do not go to one.
  package var size: @Sendable () -> (columns: Int, rows: Int)?
  /// Whether input, results and notes are at a terminal.
  package var terminals: Terminals
  /// The environment's variables.
  package var environment: [String: String]

  /// Which of the three streams are at a terminal.
  package struct Terminals: Sendable {
    /// Whether lines are typed.
    package var input: Bool
    /// Whether results are looked at.
    package var output: Bool
    /// Whether progress is looked at.
    package var notes: Bool

    /// Which of the streams are at a terminal; none unless said.
    package init(input: Bool = false, output: Bool = false, notes: Bool = false) {
      self.input = input
      self.output = output
      self.notes = notes
    }
  }

  /// A console made of parts.
  package init(
    write: @escaping @Sendable (String) -> Void, note: @escaping @Sendable (String) -> Void,
    nextLine: @escaping @Sendable () -> String? = { nil },
    ask: @escaping @Sendable (String) -> String = { _ in "" },
    now: @escaping @Sendable () -> Duration = { .zero },
    size: @escaping @Sendable () -> (columns: Int, rows: Int)? = { nil },
    terminals: Terminals = Terminals(), environment: [String: String] = [:]
  ) {
    self.write = write
    self.note = note
    self.nextLine = nextLine
    self.ask = ask
    self.now = now
    self.size = size
    self.terminals = terminals
    self.environment = environment
  }

  /// The console of this process.
  package static func process() -> Console {
    let start = ContinuousClock.now
    let (input, output) = (isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1)
    return Console(
      write: { text in
        do {
          try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
        } catch {
          // The results have nowhere to go: a full disk or a closed terminal.
          let reason = WholeFile.reason(error, "/dev/stdout")
          let note = "vitrine: the results cannot be written: \(reason)\n"
          try? FileHandle.standardError.write(contentsOf: Data(note.utf8))
          exit(1)
        }
      },
      note: { try? FileHandle.standardError.write(contentsOf: Data($0.utf8)) },
      nextLine: { readLine(strippingNewline: true) },
      ask: { input && output ? askTerminal($0) : "" },
      now: { ContinuousClock.now - start },
      size: {
        guard output else { return nil }
        let window = cedit_window(STDOUT_FILENO)
        return window.ws_col > 0 ? (Int(window.ws_col), Int(window.ws_row)) : (80, 24)
      },
      terminals: Terminals(
        input: input, output: output, notes: isatty(STDERR_FILENO) == 1),
      environment: ProcessInfo.processInfo.environment)
  }

  /// Writes a line of results.
  package func print(_ line: String = "") { write(line + "\n") }

  /// Writes a line of diagnostics.
  package func say(_ line: String) { note(line + "\n") }

  /// How results are coloured: not at all unless someone looks at them.
  package var style: Style { Style(isOn: terminals.output && allowsColour) }

  /// How notes are coloured.
  package var noteStyle: Style { Style(isOn: terminals.notes && allowsColour) }

  /// The columns that lines of results may fill; nil where they are not cut.
  package var width: Int? { size()?.columns }

  private var allowsColour: Bool {
    environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
  }

  /// Writes a value as JSON: sorted keys, one line to a pipe, indented for people.
  package func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder.answers
    if terminals.output { encoder.outputFormatting.insert(.prettyPrinted) }
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
  }
}

extension Console {
  /// The path of a program, if it is installed.
  package func program(_ name: String) -> String? {
    environment["PATH", default: "/usr/bin:/bin"].split(separator: ":").lazy
      .map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Writes lines of results.
  package func print(_ lines: [String]) {
    if !lines.isEmpty { write(lines.joined(separator: "\n") + "\n") }
  }
}
