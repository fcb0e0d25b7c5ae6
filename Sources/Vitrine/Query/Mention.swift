import HNSW
import LMDB

/// What a run of words names, and whether any longer run that names something begins so.
struct NamedRun {
  let mentions: [Mention]
  let goesOn: Bool

  /// About what it takes of memory.
  var byteCount: Int {
    mentions.reduce(96) { $0 + 64 + $1.attribute.utf8.count + $1.value.utf8.count }
  }
}

/// A value of a keyword attribute that the text of a query names: "puma" is a brand.
struct Mention: Hashable {
  let attribute: String
  let value: String

  /// The values that runs of words of a text name, in groups of alternatives: what is called "red"
  /// may be so by any attribute that knows red, and where "blue" is a value of one of these as well,
  /// red or blue will do. The longest run wins: "navy blue" is not also "blue". Words of one stem
  /// are the same. A function word such as "and" is no name, unless nothing else is asked for.
  /// - Complexity: O(words) look-ups, of what no query has asked before.
  static func groups(
    in words: [String], _ store: ProductStore, _ txn: borrowing ReadTransaction
  ) throws -> [[Mention]] {
    var groups: [[Mention]] = []
    var rest = words[...]
    while !rest.isEmpty {
      let (mentions, length) = try first(in: rest, isAll: words.count == 1, store, txn)
      rest = rest.dropFirst(length)
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

  /// Words that are hardly ever meant as a name, though a brand may be called so.
  private static let functionWords: Set<String> = [
    "a", "an", "and", "as", "at", "but", "by", "for", "from", "if", "in", "into", "is", "it", "its",
    "no", "not", "of", "on", "or", "so", "that", "the", "this", "to", "with", "without",
  ]

  /// What the longest possible run of the first words names, with its length; nothing and 1 if there is no
  /// such run.
  /// - Parameter isAll: whether these are all words of the query.
  private static func first(
    in words: ArraySlice<String>, isAll: Bool, _ store: ProductStore,
    _ txn: borrowing ReadTransaction
  ) throws -> (mentions: [Mention], length: Int) {
    var best: (mentions: [Mention], length: Int) = ([], 1)
    for length in 1...min(NameIndex.longest, words.count) {
      let run = words.prefix(length)
      let named = try store.named.value(of: run.joined(separator: " "), in: txn.id) {
        let stemmer = Stemmer()
        let found = try store.names.keywords(named: run.map(stemmer.stem), txn)
        return NamedRun(
          mentions: try found.terms.compactMap { try Mention($0, store, txn) },
          goesOn: found.goesOn)
      }
      let isName = length > 1 || isAll || !run.allSatisfy(functionWords.contains)
      if isName, !named.mentions.isEmpty { best = (named.mentions, length) }
      if !named.goesOn { break }
    }
    return best
  }

  private init?(
    _ term: ColumnTerm, _ store: ProductStore, _ txn: borrowing ReadTransaction
  ) throws {
    guard let keyword = try Keyword.stored(in: store.keywords, for: term, txn),
      store.schema.attributes.indices.contains(term.attribute)
    else { return nil }
    self.init(attribute: store.schema.attributes[term.attribute].name, value: keyword.spelling)
  }

  private init(attribute: String, value: String) {
    self.attribute = attribute
    self.value = value
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
