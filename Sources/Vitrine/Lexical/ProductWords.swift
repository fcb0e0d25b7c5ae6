import HNSW

/// The words of one product, as the word index keeps them.
struct ProductWords {
  /// Per term the fields in which it stands; the slot of these postings is 0.
  private(set) var postings: [String: [UInt32]] = [:]
  /// The words as they are written, folded.
  private(set) var spellings: Set<String> = []
  /// The number of words of each field that has any.
  private(set) var lengths: [Int: Int] = [:]

  init() {}

  init(_ product: Product, schema: Schema, stemmer: Stemmer) {
    for (number, attribute) in schema.attributes.enumerated() where attribute.kind.hasWords {
      guard let value = product.attributes[attribute.name] else { continue }
      let words = Tokenizer.words(in: value.plainText)
      guard !words.isEmpty else { continue }
      let field = min(number, 255)
      lengths[field, default: 0] += words.count
      var frequencies: [String: Int] = [:]
      for word in words {
        spellings.insert(word)
        frequencies[stemmer.stem(word), default: 0] += 1
      }
      for (term, frequency) in frequencies {
        let posting = WordPosting(
          slot: 0, field: field, frequency: frequency, length: words.count)
        postings[term, default: []].append(posting.bits)
      }
    }
  }
}

extension Attribute.Kind {
  /// Whether values of this kind are searched by their words.
  var hasWords: Bool { self == .keyword || self == .text }
}

/// What a batch adds to and takes from the word index, gathered so that every list of postings is
/// written once.
struct WordChanges {
  struct Change {
    var added: [UInt32] = []
    var removed: Set<Slot> = []
  }
  struct Place: Hashable {
    let term: String
    let group: Slot
  }

  private(set) var postings: [Place: Change] = [:]
  /// By how much the number of products with a spelling changes.
  private(set) var spellings: [String: Int] = [:]
  /// By how much a field's number of products and of words change.
  private(set) var fields: [Int: (products: Int, words: Int)] = [:]
  private(set) var products = 0
  private let stemmer = Stemmer()

  /// Notes that a slot's product changes from one to another; nil where there is none.
  mutating func replace(_ old: Product?, with new: Product?, slot: Slot, schema: Schema) {
    let before = words(of: old, schema), after = words(of: new, schema)
    products += (new == nil ? 0 : 1) - (old == nil ? 0 : 1)
    let group = slot >> WordPosting.groupBits, inGroup = slot & 0xFFF
    for (term, list) in before.postings where after.postings[term] != list {
      postings[Place(term: term, group: group), default: Change()].removed.insert(inGroup)
    }
    for (term, list) in after.postings where before.postings[term] != list {
      postings[Place(term: term, group: group), default: Change()].added += list.map {
        $0 | inGroup << 20
      }
    }
    for word in before.spellings.subtracting(after.spellings) {
      spellings[word, default: 0] -= 1
    }
    for word in after.spellings.subtracting(before.spellings) {
      spellings[word, default: 0] += 1
    }
    for (lengths, sign) in [(before.lengths, -1), (after.lengths, 1)] {
      for (field, length) in lengths {
        fields[field, default: (0, 0)].products += sign
        fields[field, default: (0, 0)].words += sign * length
      }
    }
  }

  private func words(of product: Product?, _ schema: Schema) -> ProductWords {
    product.map { ProductWords($0, schema: schema, stemmer: stemmer) } ?? ProductWords()
  }
}
