internal import Foundation

/// Writes notes on rows as CSV: row, id, column, reason, outcome. Used by one thread at a time.
///
/// The file is made at once, in the place of an older one, so that a path that cannot be written is
/// noticed before the first row. It goes again with its owner if there were no notes.
final class NoteFile {
  let path: String
  /// Whether there were notes.
  private(set) var hasNotes = false
  private let handle: FileHandle
  private var buffer = "row,id,column,reason,outcome\n"

  /// - Throws: ``VitrineError/file(path:reason:)`` if the file cannot be written.
  init(path: String) throws(VitrineError) {
    self.path = path
    handle = FileHandle(fileDescriptor: try FileBytes.make(path), closeOnDealloc: true)
  }

  deinit {
    if !hasNotes { FileBytes.remove(path) }
  }

  func write(_ note: RowNote) throws(VitrineError) {
    hasNotes = true
    let cells = [
      note.row > 0 ? "\(note.row)" : "", note.id, note.column, note.reason, note.outcome.rawValue,
    ]
    buffer += cells.map(\.printable.csvCell).joined(separator: ",") + "\n"
    if buffer.utf8.count > 1 << 16 { try flush() }
  }

  /// Writes what is waiting.
  func flush() throws(VitrineError) {
    try FileBytes.append(Data(buffer.utf8), to: handle.fileDescriptor, path: path)
    buffer = ""
  }
}

extension String {
  /// The text as a cell of CSV, quoted where needed.
  package var csvCell: String {
    // A carriage return and a line feed are one character, so that bytes are looked at.
    guard utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else { return self }
    return "\"" + replacing("\"", with: "\"\"") + "\""
  }
}
