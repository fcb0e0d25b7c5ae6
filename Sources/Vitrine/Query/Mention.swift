import HNSW
import LMDB

/// A value of a keyword attribute that the text of a query names: "puma" is a brand.
struct Mention: Hashable {
  let attribute: String
  let value: String

  /// The most words that a value may have to be noticed.
  private static let longest = 4

  /// The values that runs of words of a text name. The longest run wins: "navy blue" is not also
  /// "blue". Singular and plural name the same value.
  static func all(
    in words: [String], _ store: ProductStore, _ txn: borrowing ReadTransaction
  ) throws -> [Mention] {
    var mentions: [Mention] = []
    var start = 0
    while start < words.count {
      var length = min(longest, words.count - start)
      var found: [Mention] = []
      while length > 0, found.isEmpty {
        found = try values(of: words[start..<start + length].joined(separator: " "), store, txn)
        if found.isEmpty { length -= 1 }
      }
      mentions += found
      start += max(1, length)
    }
    return mentions
  }

  private static func values(
    of run: String, _ store: ProductStore, _ txn: borrowing ReadTransaction
  ) throws -> [Mention] {
    var spellings = [run, run + "s", run + "es"]
    if run.hasSuffix("s"), run.utf8.count > 3 { spellings.append(String(run.dropLast())) }
    if run.hasSuffix("es"), run.utf8.count > 4 { spellings.append(String(run.dropLast(2))) }
    var mentions: [Mention] = []
    for (number, attribute) in store.schema.attributes.enumerated()
    where attribute.kind == .keyword {
      for spelling in spellings {
        let term = ColumnTerm.keyword(number, spelling)
        guard let keyword = try Keyword.stored(in: store.keywords, for: term, txn) else { continue }
        mentions.append(Mention(attribute: attribute.name, value: keyword.spelling))
        break
      }
    }
    return mentions
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
