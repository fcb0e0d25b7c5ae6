import HNSW
import LMDB

/// Makes the index of words anew from products, and compares what is stored with it.
///
/// Holds the postings of a group of 4,096 slots at a time, and how many products have each word.
struct WordCheck {
  private let index: WordIndex
  private var made = WordChanges()
  private var group: Slot = 0
  private var postings = 0
  private var words: [String: Int] = [:]
  private var fields: [Int: (products: Int, words: Int)] = [:]
  private(set) var defects: [String] = []

  init(_ index: WordIndex) { self.index = index }

  /// Takes the next product, in the order of slots.
  mutating func add(
    _ values: [NumberedValue], slot: Slot, in txn: borrowing some Transaction & ~Copyable
  ) throws {
    if slot >> WordPosting.groupBits != group {
      try compareGroup(in: txn)
      group = slot >> WordPosting.groupBits
    }
    made.replace(nil, with: values, slot: slot)
  }

  /// Compares the last group, and what counts over all.
  mutating func finish(in txn: borrowing some Transaction & ~Copyable) throws {
    try compareGroup(in: txn)
    if try txn.count(index.postings) != postings {
      defects.append("there are words that no product has")
    }
    try compareWords(in: txn)
    try compareFields(in: txn)
  }

  private mutating func compareGroup(in txn: borrowing some Transaction & ~Copyable) throws {
    for (place, change) in made.postings {
      postings += 1
      let term = made.numbers.terms[place.term]
      let key = WordPosting.key(term, group: place.group)
      let stored = try txn.withValue(in: index.postings, for: key) { WordPostingList.decode($0) }
      if stored != change.added.sorted() {
        defects.append("searches for \"\(term)\" miss or add products")
      }
    }
    for (word, count) in made.spellings { words[made.numbers.words[word], default: 0] += count }
    for (field, length) in made.fields {
      fields[field, default: (0, 0)].products += length.products
      fields[field, default: (0, 0)].words += length.words
    }
    fields[WordIndex.wholeCatalogue, default: (0, 0)].products += made.products
    made = WordChanges()
  }

  private mutating func compareWords(in txn: borrowing some Transaction & ~Copyable) throws {
    var found: [String] = []
    try txn.forEach(in: index.words, .all) { key, value in
      let word = String(bytes: key)
      if words[word].map({ WordIndex.encode($0, 0) }) != [UInt8](bytes: value) {
        found.append("\"\(word)\" is not counted as products have it")
      } else if try txn.get(in: index.reversed, for: WordIndex.backwards(word)) == nil {
        found.append("\"\(word)\" cannot be corrected by its end")
      }
      return true
    }
    defects += found
    for (database, what) in [(index.words, "words"), (index.reversed, "words from their ends")]
    where try txn.count(database) != words.count {
      defects.append("there are \(try txn.count(database)) \(what), not \(words.count)")
    }
  }

  private mutating func compareFields(in txn: borrowing some Transaction & ~Copyable) throws {
    var rest = fields
    var isDifferent = false
    try txn.forEach(in: index.fields, .all) { key, value in
      let field = WordIndex.field(of: key)
      if field.flatMap({ rest.removeValue(forKey: $0) }) ?? (0, 0) != WordIndex.numbers(value) {
        isDifferent = true
      }
      return true
    }
    if isDifferent || rest.values.contains(where: { $0 != (0, 0) }) {
      defects.append("the lengths of texts are not those of the products")
    }
  }
}
