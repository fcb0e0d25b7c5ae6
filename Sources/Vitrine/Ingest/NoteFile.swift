internal import Foundation

/// Writes notes on rows as CSV: row, id, column, reason, outcome. Used by one thread at a time.
///
/// The file is made with the first note; an older one is removed at once, so that a file that is
/// there belongs to the last run.
final class NoteFile {
  let path: String
  private var handle: FileHandle?
  private var buffer = ""

  /// - Throws: ``VitrineError/file(path:reason:)`` if an older file cannot be removed.
  init(path: String) throws(VitrineError) {
    self.path = path
    do {
      if FileManager.default.fileExists(atPath: path) {
        try FileManager.default.removeItem(atPath: path)
      }
    } catch {
      throw .file(path: path, reason: error.localizedDescription)
    }
  }

  func write(_ note: RowNote) throws(VitrineError) {
    if handle == nil {
      guard FileManager.default.createFile(atPath: path, contents: nil),
        let made = FileHandle(forWritingAtPath: path)
      else { throw .file(path: path, reason: "cannot be written") }
      handle = made
      buffer = "row,id,column,reason,outcome\n"
    }
    let cells = [
      note.row > 0 ? "\(note.row)" : "", note.id, note.column, note.reason, note.outcome.rawValue,
    ]
    buffer += cells.map(NoteFile.cell).joined(separator: ",") + "\n"
    if buffer.utf8.count > 1 << 16 { try flush() }
  }

  /// Writes what is waiting.
  func flush() throws(VitrineError) {
    do {
      try handle?.write(contentsOf: Data(buffer.utf8))
      buffer = ""
    } catch {
      throw .file(path: path, reason: error.localizedDescription)
    }
  }

  /// Whether there were notes.
  var hasNotes: Bool { handle != nil }

  /// A cell of CSV, quoted where needed.
  static func cell(_ text: String) -> String {
    guard text.utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}
