internal import LMDB

extension Engine {
  /// The values of a keyword attribute that begin with a text, without regard to case and accents,
  /// as the catalogue writes them; the most frequent first. For completion.
  ///
  /// A short read on the calling thread.
  /// - Throws: ``QueryError`` if there is no such keyword attribute, ``VitrineError``.
  /// - Complexity: O(values that begin with the text).
  public func values(
    of attribute: String, prefix: String = "", limit: Int = 100
  ) throws -> [String] {
    try read { txn, _, store in
      let (number, _) = try store.attribute(
        attribute, expected: "a keyword attribute"
      ) { $0 == .keyword }
      var found: [Keyword] = []
      let range = KeyRange.prefix(ColumnTerm.prefix(number, prefix))
      try txn.forEach(in: store.keywords, range) { _, value in
        if let keyword = Keyword(encoded: value) { found.append(keyword) }
        return true
      }
      found.sort { ($1.count, $0.spelling) < ($0.count, $1.spelling) }
      return found.prefix(max(0, limit)).map(\.spelling)
    }
  }
}
