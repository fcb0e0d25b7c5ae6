import ArgumentParser
import Vitrine

extension Workspace {
  /// Runs an ingestion, which Ctrl-C stops: shows how far it is, and prints what came of it.
  ///
  /// - Parameters:
  ///   - thing: what a row is of.
  ///   - unit: what the rate counts.
  /// - Throws: also exit code 130 when it was stopped.
  func ingesting(
    json: Bool, of thing: String = "row", unit: String = "images",
    _ work:
      @escaping @Sendable (
        _ progress: @escaping @Sendable (IngestProgress) -> Void
      ) async throws -> IngestReport
  ) async throws -> IngestReport {
    let progress = Progress(console: console)
    let report = try await stoppable {
      defer { progress.finish() }
      return try await work { progress.show($0, unit: unit) }
    }
    if json {
      try console.printJSON(report)
    } else {
      report.print(in: console, of: thing, unit: unit)
    }
    if report.cancelled { throw ExitCode(130) }
    return report
  }
}

extension IngestReport {
  /// Says what became of the rows; what was wrong goes to the notes.
  ///
  /// - Parameters:
  ///   - thing: what a row is of.
  ///   - unit: what the rate counts.
  fileprivate func print(in console: Console, of thing: String, unit: String) {
    let counts = [
      (inserted, "new"), (reembedded, "embedded again"), (updated, "with new facts"),
      (unchanged, "unchanged"), (pruned, "deleted"), (superseded, "repeated"),
      (rejected, "rejected"),
    ]
    let parts = counts.filter { $0.0 > 0 }.map { "\(Numbers.grouped($0.0)) \($0.1)" }
    let summary = parts.isEmpty ? "nothing" : parts.joined(separator: ", ")
    console.print("\(Numbers.counted(rows, thing)): \(summary)")
    console.print(
      "\(Duration.seconds(seconds).inWords), \(Numbers.short(imagesPerSecond)) \(unit)/s")
    for hint in hints { console.say(hint.printable) }
    for note in notes.prefix(5) {
      let row = note.row > 0 ? "row \(note.row)" : "product \(note.id)"
      let column = note.column.isEmpty ? "" : ", column \(note.column)"
      console.say("\(row)\(column): \(note.reason)".printable)
    }
    let hidden = rejected + valuesDropped + superseded - min(5, notes.count)
    if hidden > 0 { console.say("… and \(Numbers.grouped(hidden)) more") }
    if let reportPath { console.say("All that was wrong is listed in \(reportPath)") }
    for refusal in [pruneRefusal, compactRefusal].compactMap(\.self) { console.say(refusal) }
    if cancelled { console.say("Stopped. The same command goes on from here.") }
  }

  /// - Throws: ``Failure`` if there were rows and none could be used.
  func checkUse(of path: String) throws(Failure) {
    guard rejected > 0, inserted + updated + reembedded + unchanged == 0 else { return }
    throw .data("\(path): none of its rows could be used")
  }
}

extension Progress {
  /// Shows how far an ingestion has come.
  func show(_ progress: IngestProgress, unit: String = "images") {
    let rate =
      progress.imagesPerSecond > 0 ? "\(Numbers.short(progress.imagesPerSecond)) \(unit)/s" : nil
    let left =
      progress.phase == .embedding
      ? progress.remaining.flatMap { $0 < .seconds(1) ? nil : "\($0.inWords) left" } : nil
    let bad = progress.rejected > 0 ? "\(progress.rejected) rejected" : nil
    let title =
      switch progress.phase {
      case .surveying: "Reading "
      case .embedding: "Indexing"
      case .pruning: "Deleting"
      case .compacting: "Sorting"
      case .done: "Done    "
      }
    update(
      title, done: progress.rows, of: progress.totalRows > 0 ? progress.totalRows : nil,
      detail: [rate, left, bad].compactMap(\.self).joined(separator: ", "))
  }
}
