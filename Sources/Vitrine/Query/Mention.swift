import HNSW
import LMDB

/// A value of a keyword attribute that the text of a query names: "puma" is a brand.
struct Mention: Hashable {
  let attribute: String
  let value: String

  /// The most words that a value may have to be noticed.
  private static let longest = 4

  /// How many values that begin like a word are looked at, for each attribute.
  private static let most = 1000

  /// The values that runs of words of a text name. The longest run wins: "navy blue" is not also
  /// "blue". Singular and plural name the same value.
  /// - Complexity: O(words · attributes) look-ups.
  static func all(
    in words: [String], _ store: ProductStore, _ txn: borrowing ReadTransaction
  ) throws -> [Mention] {
    var mentions: [Mention] = []
    var start = 0
    while start < words.count {
      let found = try named(by: words[start...].prefix(longest), store, txn)
      let length = found.map(\.words).max() ?? 1
      mentions += found.filter { $0.words == length }.map(\.mention)
      start += length
    }
    return mentions
  }

  /// The value of each attribute that the first words name, with the number of these words.
  private static func named(
    by words: ArraySlice<String>, _ store: ProductStore, _ txn: borrowing ReadTransaction
  ) throws -> [(mention: Mention, words: Int)] {
    guard let first = words.first else { return [] }
    var lengths: [String: Int] = [:]
    var run = ""
    for (place, word) in words.enumerated() {
      run += place == 0 ? word : " " + word
      for spelling in spellings(of: run) { lengths[spelling, default: place + 1] = place + 1 }
    }
    // All spellings begin with the shortest one of the first word.
    let beginning = spellings(of: first).min { $0.utf8.count < $1.utf8.count } ?? first
    var found: [(mention: Mention, words: Int)] = []
    for (number, attribute) in store.schema.attributes.enumerated()
    where attribute.kind == .keyword {
      var best: (value: String, words: Int)?
      var count = 0
      let range = KeyRange.prefix(ColumnTerm.prefix(number, beginning))
      try txn.forEach(in: store.keywords, range) { key, value in
        if let length = lengths[ColumnTerm.keyword(of: key)], length > best?.words ?? 0,
          let keyword = Keyword(encoded: value)
        {
          best = (keyword.spelling, length)
        }
        count += 1
        return count < most
      }
      if let best {
        found.append((Mention(attribute: attribute.name, value: best.value), best.words))
      }
    }
    return found
  }

  private static func spellings(of run: String) -> [String] {
    var spellings = [run, run + "s", run + "es"]
    if run.hasSuffix("s"), run.utf8.count > 3 { spellings.append(String(run.dropLast())) }
    if run.hasSuffix("es"), run.utf8.count > 4 { spellings.append(String(run.dropLast(2))) }
    return spellings
  }

  /// Every attribute that is named has one of the values that are named.
  static func filter(_ mentions: [Mention]) -> Filter? {
    let byAttribute = Dictionary(grouping: mentions, by: \.attribute)
    let conditions = byAttribute.sorted { $0.key < $1.key }.map { attribute, mentions in
      Filter.oneOf(attribute: attribute, mentions.map { .text($0.value) })
    }
    return conditions.isEmpty ? nil : .and(conditions)
  }
}
