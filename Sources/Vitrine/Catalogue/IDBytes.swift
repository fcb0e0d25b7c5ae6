/// An id as a key: its bytes.
///
/// Swift calls texts equal that differ in their bytes, such as an é of one scalar and of two. Ids are keys of
/// LMDB, which compares bytes, so that these are two products.
package struct IDBytes: Hashable, Sendable {
  private let bytes: [UInt8]

  /// The key of an id.
  package init(_ id: String) { bytes = Array(id.utf8) }
}

extension Product {
  /// The id that a file means: without blanks at its ends, or the mark of byte order that some programs
  /// begin a file with. All files of ids and catalogues are read so, and fit each other.
  static func id(inFile text: String) -> String {
    let id = text.trimmed
    return id.first == "\u{FEFF}" ? id.dropFirst().trimmed : id
  }
}
