import Foundation
import TestSupport
import Testing

/// A tmux session with the REPL in it, on an index of the sample catalogue.
final class Terminal {
  static let isAvailable = FileManager.default.isExecutableFile(atPath: "/usr/bin/tmux")

  /// The server that tmux leaves behind must not keep what it inherits: the end of a process is
  /// seen by the closing of a descriptor, and a server that is deaf to signals never ends.
  private static let detached = """
    use POSIX; POSIX::close($_) for 3..1023; sigprocmask(SIG_SETMASK, POSIX::SigSet->new);
    exec '/usr/bin/tmux', @ARGV
    """

  private let scratch: TemporaryDirectory
  private let socket: String

  init(columns: Int = 90, rows: Int = 30, state: String? = nil) throws {
    scratch = TemporaryDirectory()
    socket = scratch.path + "/tmux"
    let index = try scratch.index()
    let tool = try #require(Tool.path)
    let command = """
      set -m; env -u NO_COLOR TERM=xterm-256color LC_ALL=C.UTF-8 VITRINE_MODEL='\(Tool.model)' \
      XDG_STATE_HOME='\(state ?? scratch.path)' '\(tool)' repl --index '\(index)'; \
      status=$?; while [ $status -eq 148 ]; do echo stopped; fg; status=$?; done; \
      echo left with $status; sleep 60
      """
    tmux("-f", "/dev/null", "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)", command)
    try wait(for: "vitrine>")
  }

  deinit { tmux("kill-server") }

  /// Types text as a person would, and waits for what it brings about.
  func type(_ text: String, until shown: String) throws {
    for part in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if part.offset > 0 { key("Enter") }
      for piece in part.element.split(separator: "\t", omittingEmptySubsequences: false)
        .enumerated()
      {
        if piece.offset > 0 { key("Tab") }
        if !piece.element.isEmpty { tmux("send-keys", "-l", String(piece.element)) }
      }
    }
    try wait(for: shown)
  }

  func key(_ name: String) { tmux("send-keys", name) }

  /// Sends the REPL a signal.
  func signal(_ number: Int32) throws {
    let processes = try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap(
      Int32.init)
    let process = processes.first {
      let words = try? String(contentsOfFile: "/proc/\($0)/cmdline", encoding: .utf8)
      return words.map { $0.contains("\0repl\0") && $0.contains(scratch.path) } ?? false
    }
    kill(try #require(process), number)
  }

  func resize(columns: Int) {
    tmux("resize-window", "-x", "\(columns)")
  }

  /// The lines on the screen.
  func screen(coloured: Bool = false) -> [String] {
    tmux(["capture-pane", "-p"] + (coloured ? ["-e"] : [])).split(separator: "\n").map(String.init)
  }

  /// Waits until a text is on the screen.
  func wait(for text: String) throws {
    try wait(for: "\"\(text)\"") { $0.contains { $0.contains(text) } }
  }

  /// Waits until the screen is as wanted.
  func wait(for what: String, _ isThere: ([String]) -> Bool) throws {
    let deadline = Date().addingTimeInterval(30)
    while Date() < deadline {
      if isThere(screen()) { return }
      Thread.sleep(forTimeInterval: 0.05)
    }
    Issue.record("\(what) never came; the screen:\n\(screen().joined(separator: "\n"))")
  }

  @discardableResult private func tmux(_ arguments: String...) -> String { tmux(arguments) }

  private func tmux(_ arguments: [String]) -> String {
    let process = Process()
    let output = Pipe()
    let isRead = arguments[0] == "capture-pane"
    process.executableURL = URL(filePath: "/usr/bin/perl")
    process.arguments = ["-e", Terminal.detached, "--", "-u", "-S", socket] + arguments
    process.standardOutput = isRead ? output : FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return "" }
    let text = isRead ? (try? output.fileHandleForReading.readToEnd()) ?? nil : nil
    process.waitUntilExit()
    return String(decoding: text ?? Data(), as: UTF8.self)
  }
}
