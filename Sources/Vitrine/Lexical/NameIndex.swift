import HNSW
import LMDB

/// Which keywords of any attribute a run of words names: "us polo assn" the brand U.S. Polo Assn.,
/// "red" a colour.
///
/// Database `names`: the stems of a keyword's words with spaces between, NUL, the ``ColumnTerm`` of
/// the keyword → nothing. So one look tells all attributes that know a run of words, and whether any
/// longer run that begins so is worth another.
struct NameIndex: Sendable {
  let database: Database

  /// The most words that a name may have, and the most bytes of their stems.
  static let longest = 4
  private static let mostBytes = 64

  init(creatingIn txn: borrowing WriteTransaction) throws {
    database = try txn.createDatabase(named: "names")
  }

  init?(in txn: borrowing some Transaction & ~Copyable) throws {
    guard let database = try txn.database(named: "names") else { return nil }
    self.database = database
  }

  /// Notes that a keyword is in use, or is no longer.
  func set(
    _ term: ColumnTerm, spelling: String, isUsed: Bool, stemmer: Stemmer,
    in txn: borrowing WriteTransaction
  ) throws {
    guard let key = Self.key(term, spelling: spelling, stemmer) else { return }
    if isUsed { try txn.put([], in: database, for: key) } else { try txn.delete(key, in: database) }
  }

  /// The key of a keyword; nil if it has too many words to be named, or none.
  static func key(_ term: ColumnTerm, spelling: String, _ stemmer: Stemmer) -> [UInt8]? {
    let words = Tokenizer.words(in: spelling)
    guard (1...longest).contains(words.count) else { return nil }
    let name = name(words.map(stemmer.stem))
    return name.count <= mostBytes ? name + [0] + term.bytes : nil
  }

  /// The keywords that a run of stems names, and whether any longer run that names one begins so.
  /// - Complexity: one look-up, and the keywords.
  func keywords(
    named stems: some Sequence<String>, _ txn: borrowing some Transaction & ~Copyable
  ) throws -> (terms: [ColumnTerm], goesOn: Bool) {
    let name = Self.name(stems)
    var terms: [ColumnTerm] = []
    let goesOn = try txn.withCursor(in: database) { cursor in
      var isInside = try cursor.move(toFirstFrom: name + [0])
      while isInside, cursor.key.starts(with: name + [0]) {
        terms.append(
          ColumnTerm(bytes: Array([UInt8](bytes: cursor.key).dropFirst(name.count + 1))))
        isInside = try cursor.moveToNext()
      }
      // Longer names come behind: a space is more than NUL.
      return isInside && cursor.key.starts(with: name + Array(" ".utf8))
    }
    return (terms, goesOn)
  }

  private static func name(_ stems: some Sequence<String>) -> [UInt8] {
    Array(stems.joined(separator: " ").utf8)
  }
}

extension RawSpan {
  fileprivate func starts(with prefix: [UInt8]) -> Bool {
    byteCount >= prefix.count
      && prefix.indices.allSatisfy { unsafeLoad(fromByteOffset: $0, as: UInt8.self) == prefix[$0] }
  }
}
