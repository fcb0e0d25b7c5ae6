/// Reads JSON Lines: one object per line, blank lines between them allowed.
///
/// Nested objects are flattened (`{"a": {"b": 1}}` is the column `a.b`), arrays are several values
/// of their column, and `null`, `""` and `[]` are no value. A line that is not such an object is a
/// bad row; reading goes on with the next.
package final class JSONLinesReader: RowReader {
  package private(set) var columns: [String] = []
  private let source: ByteSource
  private var row = 0
  private var numbers: [String: Int] = [:]

  init(_ source: ByteSource) { self.source = source }

  package func next() throws(VitrineError) -> CatalogueEntry? {
    while let line = try nextLine() {
      row += 1
      let bytes = source.bytes[line]
      var scanner = JSONScanner(bytes.last == 10 ? bytes.dropLast() : bytes)
      defer { source.consume(to: line.upperBound) }
      if scanner.isAtEnd { continue }
      do throws(JSONScanner.Mistake) {
        let pairs = try scanner.flattenedObject()
        return .row(CatalogueRow(number: row, fields: fields(pairs)))
      } catch {
        return .bad(
          row: row, column: error.column,
          reason: "byte \(error.byte + 1): expected \(error.expected), found \(error.found)")
      }
    }
    return nil
  }

  /// The values by column number, in the order of the line; of two of one name the last counts.
  private func fields(_ pairs: [(path: String, value: RawValue)]) -> [CatalogueRow.Field] {
    var fields: [CatalogueRow.Field] = []
    fields.reserveCapacity(pairs.count)
    for (path, value) in pairs {
      let column = number(of: path)
      if let earlier = fields.firstIndex(where: { $0.column == column }) {
        fields.remove(at: earlier)
      }
      if value != .text(""), value != .list([]) {
        fields.append(.init(column: column, value: value))
      }
    }
    return fields
  }

  private func number(of path: String) -> Int {
    if let known = numbers[path] { return known }
    numbers[path] = columns.count
    columns.append(path)
    return columns.count - 1
  }

  /// The next line within the window, with its line break.
  private func nextLine() throws(VitrineError) -> Range<Int>? {
    var searched = 0
    while true {
      let from = source.start + searched
      if let end = source.bytes[from..<source.end].firstIndex(of: 10) {
        return source.start..<end + 1
      }
      searched = source.end - source.start
      if try !source.refill(row: row + 1) { return searched > 0 ? source.start..<source.end : nil }
    }
  }
}
