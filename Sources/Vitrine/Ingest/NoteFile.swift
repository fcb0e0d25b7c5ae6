internal import Foundation

/// Writes notes on rows as CSV: row, id, column, reason, outcome. Used by one thread at a time.
///
/// That a path cannot be written is noticed before the first row. The file is in its place when its owner has
/// done or gone; if there were no notes, the one of an earlier run goes.
final class NoteFile {
  var path: String { file.path }
  /// Whether there were notes.
  private(set) var hasNotes = false
  private let file: PartialFile

  private static let header = "row,id,column,reason,outcome\n"

  /// - Throws: ``VitrineError/file(path:reason:)`` if the file cannot be written, or is there and no report.
  init(path: String) throws(VitrineError) {
    if FileBytes.isFile(path) {
      let head = try FileBytes(path: path).read(at: 0, count: Self.header.utf8.count)
      guard head.isEmpty || head == Array(Self.header.utf8) else {
        throw .file(path: path, reason: "is no report, and one would take its place; name another")
      }
    }
    file = try PartialFile(path: path)
    try file.write(Data(Self.header.utf8))
  }

  deinit {
    if hasNotes { try? file.finish() } else { FileBytes.remove(FileBytes.canonical(path) ?? path) }
  }

  func write(_ note: RowNote) throws(VitrineError) {
    hasNotes = true
    let cells = [
      note.row > 0 ? "\(note.row)" : "", note.id, note.column, note.reason, note.outcome.rawValue,
    ]
    try file.write(Data((cells.map(\.printable.csvCell).joined(separator: ",") + "\n").utf8))
  }

  /// Writes what is waiting.
  func flush() throws(VitrineError) { try file.flush() }
}

extension String {
  /// The text as a cell of CSV, quoted where needed.
  package var csvCell: String {
    // A carriage return and a line feed are one character, so that bytes are looked at.
    guard utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else { return self }
    return "\"" + replacing("\"", with: "\"\"") + "\""
  }
}
