import ArgumentParser
import Foundation
import Vitrine

struct ReplCommandLine: WorkspaceCommand {
  static let configuration = CommandConfiguration(
    commandName: "repl", abstract: "Look around in an index: search, narrow, compare.",
    discussion: """
      A plain line is a search; lines that begin with a colon are commands, and :help lists them. \
      Tab completes commands, attributes, values and the ids of results; lines are remembered in \
      $XDG_STATE_HOME/vitrine/history. Works in a pipe too.

      Examples:

        vitrine repl --index Indexes/shop
        echo "red dress" | vitrine repl --index Indexes/shop
      """)

  @OptionGroup var index: IndexOptions
  @OptionGroup var model: ModelOptions

  func run(in workspace: Workspace) async throws {
    let session = try ReplSession(
      workspace: workspace, path: index.path(in: workspace.console), model: model)
    let isTyped = workspace.console.terminals.input && workspace.console.terminals.output
    try await isTyped ? Repl.typed(session) : Repl.piped(session)
  }
}

/// The loop of read, parse, run, print.
enum Repl {
  /// Lines from a pipe or a file: no prompt, no history. Fails if any line did.
  static func piped(_ session: ReplSession) async throws {
    var firstFailure: Failure?
    var number = 0
    while session.isOpen, let line = session.console.nextLine() {
      number += 1
      do {
        try await session.run(try ReplCommand.parse(line))
      } catch {
        let failure = Failure(error)
        firstFailure = firstFailure ?? failure
        session.console.say("vitrine: line \(number): \(failure.message)")
      }
    }
    if let firstFailure { throw ExitCode(firstFailure.code) }
  }

  /// Lines from a person. Waiting for one holds a thread of the pool, on which nothing else waits.
  static func typed(_ session: ReplSession) async throws {
    let console = session.console
    // Below what commands have Ctrl-C do, so that one around their edges ends nothing.
    let handling = Signals.handle([SIGINT]) { _ in }
    defer { handling.end() }
    let mark = "\u{1}"
    let prompt =
      console.style.isOn
      ? "\(mark)\u{1B}[1;36m\(mark)vitrine>\(mark)\u{1B}[0m\(mark) " : "vitrine> "
    let editor = LineEditor(prompt: prompt, historyPath: historyPath(console.environment)) {
      guard let engine = try? session.engine else { return Completion(word: "", from: []) }
      let vocabulary = IndexVocabulary(engine: engine, shown: session.hits.map(\.id))
      return Completer.complete($0, vocabulary: vocabulary)
    }
    try await session.greet()
    while session.isOpen {
      switch editor.read() {
      case .end:
        console.print()
        return
      case .cancelled(let wasEmpty):
        console.print(wasEmpty ? "  " + console.style.dim(":quit or Ctrl-D leaves") : "")
      case .line(let line):
        do {
          try await stoppable(session, try ReplCommand.parse(line))
        } catch {
          tell(error, in: console)
        }
      }
    }
  }

  private static func tell(_ error: any Error, in console: Console) {
    for line in DisplayWidth.wrapped(Failure(error).message, width: console.width) {
      console.say(console.noteStyle.red(line))
    }
    guard let error = error as? FilterError else { return }
    for line in error.excerpt.split(separator: "\n") { console.say(String(line).printable) }
  }

  /// Runs a command which Ctrl-C stops, and not the conversation.
  private static func stoppable(_ session: ReplSession, _ command: ReplCommand) async throws {
    // Nobody else uses the session before this returns.
    nonisolated(unsafe) let session = session
    try await session.workspace.stoppable(by: [SIGINT]) { try await session.run(command) }
  }

  /// Where the XDG base directory specification puts what a program remembers.
  static func historyPath(_ environment: [String: String]) -> String? {
    let home = environment["HOME", default: ""]
    let given = environment["XDG_STATE_HOME", default: ""]
    guard given.hasPrefix("/") || !home.isEmpty else { return nil }
    let directory = (given.hasPrefix("/") ? given : home + "/.local/state") + "/vitrine"
    do {
      try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
    } catch {
      return nil
    }
    return directory + "/history"
  }
}
