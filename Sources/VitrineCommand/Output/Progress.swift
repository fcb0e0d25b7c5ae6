import Synchronization
import Vitrine

/// Shows how far long work has come: one line that is drawn again on a terminal, a plain line now
/// and then elsewhere.
package final class Progress: Sendable {
  private let console: Console
  private let drawnAt = Mutex<Duration?>(nil)

  /// Shows progress among the console's notes.
  package init(console: Console) { self.console = console }

  /// - Parameters:
  ///   - done: how much of `total` is done; a total of nil is not known.
  ///   - detail: rate and time left, in words.
  package func update(_ title: String, done: Int, of total: Int?, detail: String = "") {
    let now = console.now()
    let pause: Duration = console.terminals.notes ? .milliseconds(100) : .seconds(5)
    let isLast = done == total
    let isDue = drawnAt.withLock { last in
      if let last, now - last < pause, !isLast { return false }
      last = now
      return true
    }
    guard isDue else { return }
    let count = total.map { "\(done)/\($0)" } ?? "\(done)"
    guard console.terminals.notes else {
      console.say([title, count, detail].filter { !$0.isEmpty }.joined(separator: "  "))
      return
    }
    let style = console.noteStyle
    let bar = total.map { " " + Progress.bar(done, of: $0, columns: 24, style: style) } ?? ""
    let shown = detail.isEmpty ? "" : "  " + style.dim(detail)
    console.note("\r\u{1B}[K\(title)\(bar) \(count)\(shown)")
  }

  /// Works through items one by one, and shows how many are done.
  ///
  /// - Throws: what `work` throws; `CancellationError` when the task is cancelled.
  package func map<Items: Collection, Result>(
    _ title: String, over items: Items, _ work: (Items.Element) throws -> Result
  ) throws -> [Result] {
    defer { finish() }
    var results: [Result] = []
    for item in items {
      try Task.checkCancellation()
      results.append(try work(item))
      update(title, done: results.count, of: items.count)
    }
    return results
  }

  /// Takes the line off the terminal.
  package func finish() {
    let wasDrawn = drawnAt.withLock { $0 != nil }
    if console.terminals.notes, wasDrawn { console.note("\r\u{1B}[K") }
  }

  private static func bar(_ done: Int, of total: Int, columns: Int, style: Style) -> String {
    let eighths = total > 0 ? min(done, total) * columns * 8 / total : columns * 8
    let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
    let full = String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
    let rest = columns - eighths / 8 - (eighths % 8 > 0 ? 1 : 0)
    return style.cyan(full) + style.dim(String(repeating: "·", count: rest))
  }
}

extension Duration {
  /// As people say it: `840 µs`, `3.2 ms`, `12 s`, `4 min 10 s`, `2 h 5 min`.
  package var inWords: String {
    let value = inSeconds
    switch value {
    case ..<0.0009995: return "\(Int((value * 1e6).rounded())) µs"
    case ..<0.9995: return "\(Numbers.short(value * 1e3)) ms"
    case ..<59.5: return "\(Numbers.short(value)) s"
    case ..<3600:
      let whole = Int(value.rounded())
      return "\(whole / 60) min \(whole % 60) s"
    default:
      let minutes = Int((value / 60).rounded())
      return "\(minutes / 60) h \(minutes % 60) min"
    }
  }
}
