/// A value as the file has it, before its column's kind is known.
package enum RawValue: Equatable {
  case text(String)
  /// A JSON number, as written.
  case number(String)
  case boolean(Bool)
  /// A JSON array.
  case list([String])
}

/// One row of a catalogue: the values that are there, by column number.
package struct CatalogueRow: Equatable {
  package struct Field: Equatable {
    package let column: Int
    package let value: RawValue
  }

  /// The row as a spreadsheet or an editor counts: from 1, with the header of a CSV as row 1.
  package let number: Int
  package let fields: [Field]
}

/// What a reader finds next.
package enum CatalogueEntry: Equatable {
  case row(CatalogueRow)
  /// A row that cannot be read, and why.
  case bad(row: Int, column: String?, reason: String)
}

/// Reads the rows of one catalogue file in order. Used by one thread at a time.
package protocol RowReader: AnyObject {
  /// The names of the columns; those of JSON grow as rows are read.
  var columns: [String] { get }
  /// The next row; nil at the end.
  ///
  /// - Throws: ``VitrineError`` if the file cannot be read on.
  func next() throws(VitrineError) -> CatalogueEntry?
}

/// Opens a catalogue: JSON Lines if the file begins with `{`, else CSV.
///
/// - Throws: ``VitrineError`` if the file cannot be read, is empty, or has no usable header.
package func openCatalogue(_ path: String, separator: UInt8? = nil) throws(VitrineError)
  -> any RowReader
{
  let source = try ByteSource(path: path)
  while source.end < 4096, try source.refill() {}
  if source.bytes[..<source.end].starts(with: [0xEF, 0xBB, 0xBF]) { source.consume(to: 3) }
  let head = source.bytes[source.start..<source.end]
  if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) {
    throw .badData(
      path: path, row: 1, column: nil, reason: "expected UTF-8, found UTF-16: save it as UTF-8")
  }
  guard let first = head.first(where: { !$0.isJSONSpace }) else {
    throw .badData(path: path, row: 0, column: nil, reason: "the file is empty")
  }
  switch first {
  case UInt8(ascii: "{"): return JSONLinesReader(source)
  case UInt8(ascii: "["):
    throw .badData(
      path: path, row: 1, column: nil,
      reason: "expected one JSON object per line, found an array")
  default: return try CSVReader(source, separator: separator)
  }
}

extension UInt8 {
  /// Whether the byte is white space between the tokens of JSON.
  var isJSONSpace: Bool { self == 32 || (9...10).contains(self) || self == 13 }
}
