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
    var last: [Int: Int] = [:]
    let columns = pairs.map { number(of: $0.path) }
    for (place, column) in columns.enumerated() { last[column] = place }
    return zip(columns, pairs).enumerated().compactMap { place, entry in
      let (column, value) = (entry.0, entry.1.value)
      guard last[column] == place, value != .text(""), value != .list([]) else { return nil }
      return CatalogueRow.Field(column: column, value: value)
    }
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
