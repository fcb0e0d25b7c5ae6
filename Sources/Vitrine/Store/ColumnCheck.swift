import HNSW
import LMDB

/// Makes the columns of filters anew from products, and compares what is stored with them.
///
/// Holds the slots of a group of 65,536 at a time, and how many products have each keyword.
struct ColumnCheck {
  private let store: ProductStore
  private var made = ColumnChanges()
  private var group: Slot = 0
  private var postings = 0
  private var keywords: [ColumnTerm: Int] = [:]
  private(set) var defects: [String] = []

  init(_ store: ProductStore) { self.store = store }

  /// Takes the next product, in the order of slots.
  mutating func add(
    _ values: [NumberedValue], slot: Slot, in txn: borrowing some Transaction & ~Copyable
  ) throws {
    if slot >> 16 != group {
      try compareGroup(in: txn)
      group = slot >> 16
    }
    made.replace(nil, with: values, slot: slot)
  }

  /// Compares the last group, and what counts over all.
  mutating func finish(in txn: borrowing some Transaction & ~Copyable) throws {
    try compareGroup(in: txn)
    if try txn.count(store.columns) != postings {
      defects.append("there are values to filter by that no product has")
    }
    try compareKeywords(in: txn)
  }

  private mutating func compareGroup(in txn: borrowing some Transaction & ~Copyable) throws {
    for (term, change) in made.changes {
      postings += 1
      if change.spelling != nil { keywords[term, default: 0] += change.added.count }
      let key = term.key(group: group)
      let stored = try txn.withValue(in: store.columns, for: key) { Bitmap(sealed: $0)?.slots() }
      if stored != change.added {
        defects.append("filters miss or add products: \(name(of: term))")
      }
    }
    made = ColumnChanges()
  }

  private mutating func compareKeywords(in txn: borrowing some Transaction & ~Copyable) throws {
    let stemmer = Stemmer()
    var found: [String] = []
    var names = 0
    try txn.forEach(in: store.keywords, .all) { key, value in
      let term = ColumnTerm(bytes: [UInt8](bytes: key))
      guard let count = keywords[term], let keyword = Keyword(encoded: value),
        keyword.count == count, .keyword(term.attribute, keyword.spelling) == term
      else {
        found.append("a keyword is not written or counted as products have it: \(name(of: term))")
        return true
      }
      guard let name = NameIndex.key(term, spelling: keyword.spelling, stemmer) else { return true }
      names += 1
      if try txn.get(in: store.names.database, for: name) == nil {
        found.append("queries do not know the words of a keyword: \(self.name(of: term))")
      }
      return true
    }
    defects += found
    if try txn.count(store.keywords) != keywords.count { defects.append("keywords are missing") }
    if try txn.count(store.names.database) != names {
      defects.append("there are words of keywords that no product has")
    }
  }

  private func name(of term: ColumnTerm) -> String {
    guard term.bytes.count > 2, store.schema.attributes.indices.contains(term.attribute) else {
      return "whether there is a product"
    }
    let attribute = store.schema.attributes[term.attribute]
    let value = ColumnTerm.value(of: term.bytes, kind: attribute.kind)
    return attribute.name + (value.map { " = \($0.filterText)" } ?? "")
  }
}
