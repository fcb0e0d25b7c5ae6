/// Reads comma-separated values as RFC 4180 has them, and as spreadsheets write them: `,`, `;`,
/// tab or `|` between cells (found from the header), any line ending, line breaks and doubled
/// quotes within quotes, blank lines between rows.
///
/// A row of another width than the header, a quote that is never closed, text after a closing
/// quote and bytes that are not UTF-8 make that row bad, and reading goes on with the line after
/// the one where it begins.
package final class CSVReader: RowReader {
  package private(set) var columns: [String] = []
  package let separator: UInt8
  private let source: ByteSource
  private var row = 0
  private var cells: [Cell] = []

  /// A cell within the window; `isEscaped` if it holds doubled quotes.
  private struct Cell {
    let start: Int
    let end: Int
    let isEscaped: Bool
  }

  private enum Scan {
    /// A record was read; the next begins here.
    case record(next: Int)
    case needsMore
    /// A mistake in the last cell; the record ends before `next` as far as one can tell.
    case mistake(String, next: Int)
  }

  /// A record that is longer than this because a quote is open is taken for a mistake.
  private static let longestRecord = 1 << 24

  /// Reads the header.
  ///
  /// - Throws: ``VitrineError/badData(path:row:column:reason:)`` for a header that is not UTF-8,
  ///   breaks the rules of quotes, or names a column twice.
  init(_ source: ByteSource, separator: UInt8? = nil) throws(VitrineError) {
    self.source = source
    self.separator = separator ?? CSVReader.sniff(source.bytes[source.start..<source.end])
    guard let entry = try record() else {
      throw .badData(path: source.path, row: 0, column: nil, reason: "the file is empty")
    }
    switch entry {
    case .bad(let row, let column, let reason):
      throw .badData(path: source.path, row: row, column: column, reason: "header: \(reason)")
    case .row(let header):
      columns = Array(repeating: "", count: cells.count)
      var names: Set<String> = []
      for field in header.fields {
        guard case .text(let text) = field.value else { continue }
        let name = text.trimmed
        guard name.isEmpty || names.insert(name).inserted else {
          throw .badData(
            path: source.path, row: row, column: name, reason: "the header names it twice")
        }
        columns[field.column] = name
      }
    }
  }

  package func next() throws(VitrineError) -> CatalogueEntry? { try record() }

  private func record() throws(VitrineError) -> CatalogueEntry? {
    while true {
      switch scan() {
      case .needsMore:
        if try !source.refill(row: row + 1), source.start == source.end { return nil }
      case .record(let next):
        row += 1
        let isBlank = cells.count == 1 && cells[0].start == cells[0].end
        let entry = isBlank ? nil : entry()
        source.consume(to: next)
        if let entry { return entry }
      case .mistake(let reason, let next):
        row += 1
        let column = cells.count <= columns.count ? columns[cells.count - 1] : nil
        source.consume(to: next)
        return .bad(row: row, column: column, reason: reason)
      }
    }
  }

  /// The row in `cells`. Cells without a name or a value are left out.
  private func entry() -> CatalogueEntry {
    guard columns.isEmpty || cells.count == columns.count else {
      return .bad(
        row: row, column: cells.count < columns.count ? columns[cells.count] : nil,
        reason: "expected \(columns.count) cells, found \(cells.count)")
    }
    var fields: [CatalogueRow.Field] = []
    fields.reserveCapacity(cells.count)
    for (column, cell) in cells.enumerated() where cell.start < cell.end {
      if !columns.isEmpty, columns[column].isEmpty { continue }
      guard let text = text(of: cell) else {
        return .bad(
          row: row, column: columns.isEmpty ? nil : columns[column],
          reason: "expected UTF-8, found \"\(repaired(cell).prefix(60))\"")
      }
      fields.append(.init(column: column, value: .text(text)))
    }
    return .row(CatalogueRow(number: row, fields: fields))
  }

  /// The cell with a sign in the place of what is not UTF-8.
  private func repaired(_ cell: Cell) -> String {
    String(decoding: source.bytes[cell.start..<cell.end], as: UTF8.self)
  }

  private func text(of cell: Cell) -> String? {
    let bytes = source.bytes[cell.start..<cell.end]
    guard cell.isEscaped else { return String(validating: bytes, as: UTF8.self) }
    var plain: [UInt8] = []
    plain.reserveCapacity(bytes.count)
    var wasQuote = false
    for byte in bytes {
      wasQuote = byte == UInt8(ascii: "\"") && !wasQuote
      if !wasQuote { plain.append(byte) }
    }
    return String(validating: plain, as: UTF8.self)
  }

  /// Finds the cells of the record at the start of the window.
  private func scan() -> Scan {
    cells.removeAll(keepingCapacity: true)
    let (start, end, isLast) = (source.start, source.end, source.isAtEnd)
    if start == end { return .needsMore }
    let window = source.bytes
    let bytes = window.span
    var position = start
    while true {
      var stop = position
      if position < end, bytes[position] == UInt8(ascii: "\"") {
        let (quote, isEscaped) = closingQuote(bytes, from: position + 1)
        guard quote < end else {
          guard isLast || end - start > CSVReader.longestRecord else { return .needsMore }
          cells.append(Cell(start: position, end: end, isEscaped: false))
          return mistake("the quote is never closed")
        }
        cells.append(Cell(start: position + 1, end: quote, isEscaped: isEscaped))
        stop = quote + 1
      } else {
        while stop < end, bytes[stop] != separator, bytes[stop] != 10, bytes[stop] != 13 {
          stop += 1
        }
        cells.append(Cell(start: position, end: stop, isEscaped: false))
      }
      if stop == end { return isLast ? .record(next: end) : .needsMore }
      switch bytes[stop] {
      case separator: position = stop + 1
      case 10, 13: return line(after: stop).map(Scan.record) ?? .needsMore
      default: return mistake("text after the closing quote")
      }
    }
  }

  /// The quote that ends a cell, or the end of the window, and whether there are doubled ones before.
  private func closingQuote(
    _ bytes: Span<UInt8>, from start: Int
  ) -> (place: Int, isEscaped: Bool) {
    let end = source.end
    var place = start
    var isEscaped = false
    while place < end {
      if bytes[place] == UInt8(ascii: "\"") {
        guard place + 1 < end, bytes[place + 1] == UInt8(ascii: "\"") else { break }
        isEscaped = true
        place += 1
      }
      place += 1
    }
    return (place, isEscaped)
  }

  /// A mistake in the last cell: the record is over with the line where it begins.
  private func mistake(_ reason: String) -> Scan {
    let lineBreak = source.bytes[source.start..<source.end].firstIndex { $0 == 10 || $0 == 13 }
    let next = lineBreak.flatMap(line(after:)) ?? (source.isAtEnd ? source.end : nil)
    return next.map { .mistake(reason, next: $0) } ?? .needsMore
  }

  /// Where the line after a line break begins; nil if that shows only when more is read.
  private func line(after lineBreak: Int) -> Int? {
    let next = lineBreak + 1
    if source.bytes[lineBreak] == 10 { return next }
    if next == source.end { return source.isAtEnd ? next : nil }
    return source.bytes[next] == 10 ? next + 1 : next
  }

  /// The sign that parts the header most often outside quotes.
  static func sniff(_ bytes: ArraySlice<UInt8>) -> UInt8 {
    let signs = ",;\t|".utf8.map { $0 }
    var counts = Array(repeating: 0, count: signs.count)
    var isQuoted = false
    for byte in bytes {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if !isQuoted, byte == 10 || byte == 13 { break }
      if !isQuoted, let sign = signs.firstIndex(of: byte) { counts[sign] += 1 }
    }
    let most = counts.max() ?? 0
    return counts.firstIndex(of: most).map { signs[$0] } ?? signs[0]
  }
}
