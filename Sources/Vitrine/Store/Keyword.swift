import LMDB

/// A keyword as it is written in the catalogue, and how many products have it.
struct Keyword {
  let spelling: String
  let count: Int

  var encoded: [UInt8] {
    var writer = ByteWriter()
    writer.append(varint: count)
    writer.append(spelling)
    return writer.bytes
  }

  init(spelling: String, count: Int) {
    self.spelling = spelling
    self.count = count
  }

  init?(encoded: RawSpan) {
    var reader = ByteReader(encoded)
    guard let count = reader.varint(), let spelling = reader.text() else { return nil }
    self.init(spelling: spelling, count: count)
  }
}

extension Keyword {
  /// The keyword of a term, if any product has it.
  static func stored(
    in keywords: Database, for term: ColumnTerm, _ txn: borrowing some Transaction & ~Copyable
  ) throws -> Keyword? {
    try txn.withValue(in: keywords, for: term.bytes) { Keyword(encoded: $0) } ?? nil
  }
}
