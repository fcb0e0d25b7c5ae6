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
    let beginning = Array(
      (spellings(of: first).min { $0.utf8.count < $1.utf8.count } ?? first).utf8)
    var found: [(mention: Mention, words: Int)] = []
    // One cursor for all attributes, of which there may be hundreds, most without such a value.
    try txn.withCursor(in: store.keywords) { cursor in
      for (number, attribute) in store.schema.attributes.enumerated()
      where attribute.kind == .keyword {
        let key = ColumnTerm.header(number) + beginning
        var best: (value: String, words: Int)?
        var count = 0
        var isInside = try cursor.move(toFirstFrom: key)
        while isInside, count < most, cursor.key.starts(with: key) {
          if let length = lengths[ColumnTerm.keyword(of: cursor.key)], length > best?.words ?? 0,
            let keyword = Keyword(encoded: cursor.value)
          {
            best = (keyword.spelling, length)
          }
          count += 1
          isInside = try cursor.moveToNext()
        }
        if let best {
          found.append((Mention(attribute: attribute.name, value: best.value), best.words))
        }
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

extension RawSpan {
  fileprivate func starts(with prefix: [UInt8]) -> Bool {
    guard byteCount >= prefix.count else { return false }
    for (place, byte) in prefix.enumerated()
    where unsafeLoad(fromByteOffset: place, as: UInt8.self) != byte {
      return false
    }
    return true
  }
}
