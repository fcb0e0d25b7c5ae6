import HNSW
import LMDB

/// Reads the postings of terms: sets of slots under keys that sort like values.
enum Columns {
  /// One posting; nil where there is none.
  static func bitmap(
    in columns: Database, for key: [UInt8], _ txn: borrowing some Transaction & ~Copyable
  ) throws -> Bitmap? {
    try txn.withValue(in: columns, for: key) { bytes in
      guard let bitmap = Bitmap(sealed: bytes) else {
        throw VitrineError.damaged("posting of an attribute")
      }
      return bitmap
    }
  }

  /// The union of the postings of a range of keys.
  /// - Complexity: O(postings in the range).
  static func union(
    in columns: Database, _ range: KeyRange, _ txn: borrowing some Transaction & ~Copyable
  ) throws -> Bitmap {
    var union = Bitmap.Union()
    try txn.forEach(in: columns, range) { _, bytes in
      guard let bitmap = Bitmap(sealed: bytes) else {
        throw VitrineError.damaged("posting of an attribute")
      }
      union.add(bitmap)
      return true
    }
    return union.finish()
  }

  /// Calls `body` with every value of an attribute and its slots, in the order of values.
  static func forEachValue(
    in columns: Database, attribute: Int, _ txn: borrowing some Transaction & ~Copyable,
    _ body: (ColumnTerm, Bitmap) throws -> Void
  ) throws {
    var pending: (term: ColumnTerm, slots: Bitmap)?
    try txn.forEach(in: columns, .prefix(ColumnTerm.header(attribute))) { key, bytes in
      guard let slots = Bitmap(sealed: bytes) else {
        throw VitrineError.damaged("posting of an attribute")
      }
      let term = ColumnTerm(bytes: [UInt8](bytes: key.extracting(droppingLast: 2)))
      if let last = pending, last.term == term {
        last.slots.formUnion(slots)
        return true
      }
      if let last = pending { try body(last.term, last.slots) }
      pending = (term, slots)
      return true
    }
    if let last = pending { try body(last.term, last.slots) }
  }
}
