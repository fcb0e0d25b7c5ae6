import CEdit
import Foundation
import Vitrine

/// Reads lines at a terminal with editing, history and completion (libedit).
///
/// Lives on one thread: the one that reads. Not `Sendable`.
final class LineEditor {
  /// What a pressed key led to.
  enum Outcome {
    /// A line.
    case line(String)
    /// Ctrl-C: the line so far is thrown away, if there was any.
    case cancelled(wasEmpty: Bool)
    /// Ctrl-D on an empty line, or the terminal is gone.
    case end
  }

  /// Gives what may stand for the word before the cursor.
  typealias Completing = (_ beforeCursor: String) -> Completion

  private static let historyLimit = 2000

  private var editor: OpaquePointer?
  private let entries: OpaquePointer?
  private let historyPath: String?
  private let complete: Completing
  private let prompt: UnsafeMutablePointer<CChar>?
  private let events = TerminalEvents()
  private var wasCancelled = false
  /// Whether the last key was a Tab already: the second one lists the candidates.
  private var tabbedAt: String?

  /// - Parameters:
  ///   - prompt: may hold escape codes between bytes of value 1.
  ///   - historyPath: where lines are kept; nil forgets them.
  init(prompt: String, historyPath: String?, complete: @escaping Completing) {
    self.complete = complete
    self.historyPath = historyPath
    self.prompt = strdup(prompt)
    entries = history_init()
    let context = Unmanaged.passUnretained(self).toOpaque()
    editor = cedit_open("vitrine", context) { editor in LineEditor.of(editor)?.prompt }
    guard let editor, let entries else { return }
    cedit_use_history(editor, entries, Int32(LineEditor.historyLimit))
    if let historyPath { _ = cedit_history_load(entries, historyPath) }
    cedit_bind(editor, "\t", "vitrine-complete", "Complete the word") { editor, _ in
      LineEditor.of(editor)?.completeWord() ?? UInt8(CC_ERROR)
    }
    cedit_bind(editor, "^C", "vitrine-cancel", "Throw the line away") { editor, _ in
      LineEditor.of(editor)?.cancel() ?? UInt8(CC_ERROR)
    }
    cedit_bind(editor, "^Z", "vitrine-suspend", "Stop until called back") { editor, _ in
      cedit_prepare(editor, 0)
      // To the process: this thread may not be one that takes signals.
      kill(getpid(), SIGTSTP)
      return UInt8(CC_NORM)
    }
    cedit_read_with(editor) { editor, character in
      LineEditor.of(editor)?.waitForKey()
      return cedit_read(character)
    }
    cedit_bind_builtin(editor, "^R", "em-inc-search-prev")
    cedit_bind_builtin(editor, "^W", "ed-delete-prev-word")
  }

  deinit {
    if let editor { el_end(editor) }
    if let entries { history_end(entries) }
    free(prompt)
  }

  private static func of(_ editor: OpaquePointer?) -> LineEditor? {
    guard let context = cedit_context(editor) else { return nil }
    return Unmanaged<LineEditor>.fromOpaque(context).takeUnretainedValue()
  }

  /// Waits for a line.
  func read() -> Outcome {
    wasCancelled = false
    tabbedAt = nil
    var count: Int32 = 0
    let text = TerminalEvents.restoring { editor.flatMap { el_gets($0, &count) } }
    // A line that is cancelled may have no characters, as at the end.
    if wasCancelled { return .cancelled(wasEmpty: count < 1) }
    guard let text, count > 0 else { return .end }
    let line = String(cString: text).trimmingCharacters(in: .newlines)
    remember(line)
    return .line(line)
  }

  /// Waits for the next key, and sees to what else happens to the terminal.
  private func waitForKey() {
    guard let editor, let events else { return }
    while true {
      switch events.next() {
      case .key: return
      case .resized: el_resize(editor)
      case .continued:
        cedit_prepare(editor, 0)
        cedit_prepare(editor, 1)
        cedit_refresh(editor)
      }
    }
  }

  private func remember(_ line: String) {
    guard let entries, !line.isEmpty else { return }
    _ = cedit_history_add(entries, line)
    guard let historyPath else { return }
    // Others on this machine need not read what was searched for.
    let mask = umask(0o077)
    _ = cedit_history_save(entries, historyPath)
    umask(mask)
  }

  private func cancel() -> UInt8 {
    wasCancelled = true
    // What is right of the cursor, written over itself, takes it to the end of the line.
    let line = editor.flatMap { el_line($0)?.pointee }
    show(Self.text(from: line?.cursor, to: line?.lastchar).printable + "^C")
    return UInt8(CC_NEWLINE)
  }

  private static func text(
    from start: UnsafePointer<CChar>?, to end: UnsafePointer<CChar>?
  ) -> String {
    guard let start, let end, end > start else { return "" }
    return String(decoding: UnsafeRawBufferPointer(start: start, count: end - start), as: UTF8.self)
  }

  private func completeWord() -> UInt8 {
    guard let editor, let line = el_line(editor) else { return UInt8(CC_ERROR) }
    let found = complete(Self.text(from: line.pointee.buffer, to: line.pointee.cursor))
    guard !found.candidates.isEmpty else { return UInt8(CC_REFRESH_BEEP) }
    let addition = found.insertion
    if !addition.isEmpty {
      if found.isReplacing { el_deletestr(editor, Int32(found.word.count)) }
      el_insertstr(editor, addition)
      return UInt8(CC_REFRESH)
    }
    list(found.candidates)
    return UInt8(CC_REDISPLAY)
  }

  private func list(_ candidates: [String]) {
    let columns = max(20, Int(cedit_window(STDOUT_FILENO).ws_col))
    let shown = candidates.prefix(60)
    let wide = min(columns, 2 + (shown.map { DisplayWidth.of($0) }.max() ?? 0))
    var text = "\n"
    var used = 0
    for candidate in shown {
      let cell = DisplayWidth.fit(candidate, in: wide - 2)
      if used + wide > columns, used > 0 {
        text += "\n"
        used = 0
      }
      text += cell + String(repeating: " ", count: max(0, wide - DisplayWidth.of(cell)))
      used += wide
    }
    if candidates.count > shown.count { text += "\n… and \(candidates.count - shown.count) more" }
    show(text + "\n")
  }

  private func show(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }
}
