import HNSW
import LMDB

/// A value of a keyword attribute that the text of a query names: "puma" is a brand.
struct Mention: Hashable {
  let attribute: String
  let value: String

  /// The values that runs of words of a text name, in groups of alternatives: what is called "red"
  /// may be so by any attribute that knows red, and where "blue" is a value of one of these as well,
  /// red or blue will do. The longest run wins: "navy blue" is not also "blue". Words of one stem
  /// are the same.
  /// - Complexity: O(words) look-ups.
  static func groups(
    in words: [String], _ store: ProductStore, _ txn: borrowing ReadTransaction
  ) throws -> [[Mention]] {
    let stemmer = Stemmer()
    let stems = words.map(stemmer.stem)
    var groups: [[Mention]] = []
    var start = 0
    while start < stems.count {
      let (terms, length) = try store.names.first(in: stems[start...], txn)
      start += length
      let mentions = try terms.compactMap { try Mention($0, store, txn) }
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
