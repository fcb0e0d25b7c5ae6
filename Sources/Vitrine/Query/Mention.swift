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

  /// The values that runs of words of a text name, in groups of alternatives: what is called "red"
  /// may be so by any attribute that knows red, and where "blue" is a value of one of these as well,
  /// red or blue will do. The longest run wins: "navy blue" is not also "blue". Singular and plural
  /// name the same value.
  /// - Complexity: O(words · attributes) look-ups.
  static func groups(
    in words: [String], _ store: ProductStore, _ txn: borrowing ReadTransaction
  ) throws -> [[Mention]] {
    var groups: [[Mention]] = []
    var start = 0
    while start < words.count {
      let found = try named(by: words[start...].prefix(longest), store, txn)
      let length = found.map(\.words).max() ?? 1
      let mentions = found.filter { $0.words == length }.map(\.mention)
      start += length
      guard !mentions.isEmpty else { continue }
      let attributes = Set(mentions.map(\.attribute))
      if let known = groups.firstIndex(where: { $0.contains { attributes.contains($0.attribute) } })
      {
        groups[known] += mentions
      } else {
        groups.append(mentions)
      }
    }
    return groups
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

  /// Of each group one holds; nil if there are none.
  static func filter(_ groups: [[Mention]]) -> Filter? {
    groups.isEmpty ? nil : .and(groups.map(condition))
  }

  /// One mention of a group holds.
  static func condition(_ group: [Mention]) -> Filter {
    let byAttribute = Dictionary(grouping: group, by: \.attribute)
    return .or(
      byAttribute.sorted { $0.key < $1.key }.map { attribute, mentions in
        Filter.oneOf(attribute: attribute, mentions.map { Value.text($0.value) })
      })
  }
}
