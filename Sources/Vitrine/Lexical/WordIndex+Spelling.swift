import LMDB

extension WordIndex {
  /// A word of the vocabulary, with the number of products that have it.
  struct Entry {
    let word: String
    let count: Int
  }

  /// How many products have exactly this word.
  func count(of word: String, in txn: borrowing some Transaction & ~Copyable) throws -> Int {
    guard !word.isEmpty else { return 0 }
    return try txn.withValue(in: words, for: word) { Self.numbers($0).0 } ?? 0
  }

  /// The most frequent words that begin with a text.
  /// - Complexity: O(words that begin with it), of which at most 5,000 are looked at.
  func completions(
    of prefix: String, limit: Int, in txn: borrowing some Transaction & ~Copyable
  ) throws -> [Entry] {
    var found: [Entry] = []
    try txn.forEach(in: words, .prefix(prefix)) { key, value in
      found.append(Entry(word: String(bytes: key), count: Self.numbers(value).0))
      return found.count < 5000
    }
    return Self.mostFrequent(found, limit)
  }

  /// The most frequent words that one edit makes of a word: a character inserted, deleted,
  /// replaced, or swapped with its neighbour.
  ///
  /// One edit leaves the first half or the second half of a word as it is, so it is enough to look
  /// at the words that begin or end like it. The first part is one shorter than half, so that a
  /// swap across the middle leaves it whole.
  /// - Complexity: O(words that share a half).
  func corrections(
    of word: String, limit: Int, in txn: borrowing some Transaction & ~Copyable
  ) throws -> [Entry] {
    let scalars = Array(word.unicodeScalars)
    guard scalars.count >= 4 else { return [] }
    var near: Set<String> = []
    let middle = scalars.count / 2
    try txn.forEach(in: words, .prefix(Self.text(scalars[..<(middle - 1)]))) { key, _ in
      let candidate = String(bytes: key)
      if Spelling.isWithinOneEdit(scalars, Array(candidate.unicodeScalars)) {
        near.insert(candidate)
      }
      return true
    }
    let ending = Self.text(scalars[middle...].reversed())
    try txn.forEach(in: reversed, .prefix(ending)) { key, _ in
      let candidate = Array(String(bytes: key).unicodeScalars.reversed())
      if Spelling.isWithinOneEdit(scalars, candidate) { near.insert(Self.text(candidate)) }
      return true
    }
    var found: [Entry] = []
    for candidate in near {
      found.append(Entry(word: candidate, count: try count(of: candidate, in: txn)))
    }
    return Self.mostFrequent(found, limit)
  }

  static func text(_ scalars: some Sequence<Unicode.Scalar>) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    return String(text)
  }

  private static func mostFrequent(_ entries: [Entry], _ limit: Int) -> [Entry] {
    Array(entries.sorted { ($1.count, $0.word) < ($0.count, $1.word) }.prefix(limit))
  }
}
