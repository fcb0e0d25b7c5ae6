import HNSW
import LMDB

/// The inverted index: which words stand in which fields of which products.
///
/// Four databases. `postings`: term, NUL, group of 4,096 slots (3 bytes) → ``WordPosting``s in
/// order. `words`: a word as written (folded) → number of products. `words.reversed`: the words
/// from their ends. `fields`: field (2 bytes) → number of products and of words; 65535 stands for
/// the whole catalogue.
struct WordIndex: Sendable {
  let postings: Database
  let words: Database
  let reversed: Database
  let fields: Database

  static let wholeCatalogue = 0xFFFF

  init(creatingIn txn: borrowing WriteTransaction) throws {
    postings = try txn.createDatabase(named: "postings")
    words = try txn.createDatabase(named: "words")
    reversed = try txn.createDatabase(named: "words.reversed")
    fields = try txn.createDatabase(named: "fields")
  }

  init?(in txn: borrowing some Transaction & ~Copyable) throws {
    guard let postings = try txn.database(named: "postings"),
      let words = try txn.database(named: "words"),
      let reversed = try txn.database(named: "words.reversed"),
      let fields = try txn.database(named: "fields")
    else { return nil }
    self.postings = postings
    self.words = words
    self.reversed = reversed
    self.fields = fields
  }

  /// Merges the changes of a batch.
  /// - Complexity: O(words of the batch); for each word and group of 4,096 slots that it touches,
  ///   the postings of that group are written anew: at most 4,096 for each field, 4 bytes each.
  func write(_ changes: WordChanges, in txn: borrowing WriteTransaction) throws {
    for (place, change) in changes.postings {
      let key = WordPosting.key(changes.numbers.terms[place.term], group: place.group)
      var list = try txn.withValue(in: postings, for: key) { WordPostingList.decode($0) } ?? []
      if !change.removed.isEmpty {
        list.removeAll { change.removed.contains(WordPosting(bits: $0).slotInGroup) }
      }
      list += change.added
      list.sort()
      if list.isEmpty {
        try txn.delete(key, in: postings)
      } else {
        try txn.put(WordPostingList.encode(list), in: postings, for: key)
      }
    }
    for (word, difference) in changes.spellings where difference != 0 {
      try countSpelling(changes.numbers.words[word], difference, txn)
    }
    for (field, difference) in changes.fields {
      try addToField(Self.key(field), difference.products, difference.words, txn)
    }
    try addToField(Self.key(Self.wholeCatalogue), changes.products, 0, txn)
  }

  private func countSpelling(
    _ word: String, _ difference: Int, _ txn: borrowing WriteTransaction
  ) throws {
    let stored = try txn.withValue(in: words, for: word) { Self.numbers($0).0 } ?? 0
    let backwards = Self.backwards(word)
    if stored + difference > 0 {
      try txn.put(Self.encode(stored + difference, 0), in: words, for: word)
      if stored == 0 { try txn.put([], in: reversed, for: backwards) }
    } else {
      try txn.delete(word, in: words)
      try txn.delete(backwards, in: reversed)
    }
  }

  private func addToField(
    _ key: [UInt8], _ products: Int, _ words: Int, _ txn: borrowing WriteTransaction
  ) throws {
    let stored = try txn.withValue(in: fields, for: key) { Self.numbers($0) } ?? (0, 0)
    let encoded = Self.encode(max(0, stored.0 + products), max(0, stored.1 + words))
    try txn.put(encoded, in: fields, for: key)
  }

  /// The number of products, and per field the mean number of words where it has any.
  func lengths(
    in txn: borrowing some Transaction & ~Copyable
  ) throws -> (products: Int, means: [(field: Int, words: Float)]) {
    var products = 0
    var means: [(field: Int, words: Float)] = []
    try txn.forEach(in: fields, .all) { key, value in
      guard let field = Self.field(of: key) else { return true }
      let (count, words) = Self.numbers(value)
      if field == Self.wholeCatalogue {
        products = count
      } else if count > 0 {
        means.append((field, Float(words) / Float(count)))
      }
      return true
    }
    return (products, means)
  }

  /// A word from its end.
  static func backwards(_ word: String) -> String {
    String(String.UnicodeScalarView(word.unicodeScalars.reversed()))
  }

  /// The field of a key of `fields`; nil if it is none.
  static func field(of key: RawSpan) -> Int? {
    guard key.byteCount == 2 else { return nil }
    return Int(UInt16(bigEndian: key.unsafeLoadUnaligned(fromByteOffset: 0, as: UInt16.self)))
  }

  private static func key(_ field: Int) -> [UInt8] {
    [UInt8(truncatingIfNeeded: field >> 8), UInt8(truncatingIfNeeded: field)]
  }

  static func encode(_ first: Int, _ second: Int) -> [UInt8] {
    var writer = ByteWriter()
    writer.append(varint: first)
    writer.append(varint: second)
    return writer.bytes
  }

  static func numbers(_ bytes: RawSpan) -> (Int, Int) {
    var reader = ByteReader(bytes)
    return (reader.varint() ?? 0, reader.varint() ?? 0)
  }
}
