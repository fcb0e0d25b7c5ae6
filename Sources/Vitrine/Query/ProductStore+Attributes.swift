import HNSW
import LMDB

extension ProductStore {
  /// The products that a boost by values raises. As in a filter they may be written as texts, and a day
  /// is all of its seconds.
  ///
  /// - Throws: ``QueryError`` for an attribute that has no values, and for a value that is not of its
  ///   kind.
  func having(
    _ values: [Value], of attribute: String, in txn: borrowing ReadTransaction
  ) throws -> SlotSet {
    let (number, _) = try self.attribute(attribute, expected: "an attribute with values") {
      $0 != .text
    }
    let name = schema.attributes[number].name
    do {
      return try evaluate(.oneOf(attribute: name, values), in: txn)
    } catch let error as FilterError {
      // Its text and column are of a filter that nobody wrote.
      throw QueryError.invalid(
        "the boost of \(name): expected \(error.expected), found \(error.found)")
    }
  }

  /// An attribute by its name in any case.
  /// - Throws: ``QueryError`` if there is none, or not of such a kind.
  func attribute(
    _ name: String, expected: String, where isFitting: (Attribute.Kind) -> Bool = { _ in true }
  ) throws -> (number: Int, kind: Attribute.Kind) {
    switch numbers[name].map(Schema.LookUp.attribute) ?? schema.lookUp(name) {
    case .attribute(let number):
      let kind = schema.attributes[number].kind
      guard isFitting(kind) else {
        throw QueryError.attribute(name, expected: expected, suggestion: nil)
      }
      return (number, kind)
    case .unknown(let nearest):
      throw QueryError.attribute(
        name, expected: "an attribute of the index", suggestion: nearest)
    }
  }

  /// The greatest number of an attribute; nil if no product has one.
  func greatest(_ attribute: Int, in txn: borrowing ReadTransaction) throws -> Double? {
    var greatest: Double?
    let range = KeyRange.prefix(ColumnTerm.header(attribute))
    try txn.forEach(in: columns, range, reversed: true) { key, _ in
      let bytes = [UInt8](bytes: key.extracting(droppingLast: 2))
      if case .number(let number) = ColumnTerm.value(of: bytes, kind: .number) {
        greatest = number
      }
      return false
    }
    return greatest
  }
}
