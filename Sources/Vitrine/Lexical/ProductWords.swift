import HNSW

/// The words of one product, as the word index keeps them.
struct ProductWords {
  /// A term of a field; the slot of these postings is 0.
  struct Posting: Comparable {
    let term: Int
    let bits: UInt32

    static func < (a: Posting, b: Posting) -> Bool { (a.term, a.bits) < (b.term, b.bits) }
  }

  /// In order.
  private(set) var postings: [Posting] = []
  /// The numbers of the words as they are written, each once.
  private(set) var spellings: [Int] = []
  /// The fields that have words, and how many.
  private(set) var lengths: [(field: Int, words: Int)] = []

  init(_ values: [NumberedValue], _ numbers: inout WordNumbers) {
    for value in values where value.kind.hasWords {
      let words = numbers.words(of: value)
      guard !words.isEmpty else { continue }
      let field = min(value.number, 255)
      lengths.append((field, words.count))
      spellings += words
      let terms = words.map { numbers.term(of: $0) }.sorted()
      forEachRun(of: terms) { run in
        let posting = WordPosting(
          slot: 0, field: field, frequency: run.count, length: words.count)
        postings.append(Posting(term: terms[run.lowerBound], bits: posting.bits))
      }
    }
    postings.sort()
    spellings.sort()
    var distinct: [Int] = []
    forEachRun(of: spellings) { distinct.append(spellings[$0.lowerBound]) }
    spellings = distinct
  }
}

/// Calls `body` with the range of each run of equal numbers.
private func forEachRun(of numbers: [Int], _ body: (Range<Int>) -> Void) {
  var start = 0
  for end in 1..<numbers.count + 1 where end == numbers.count || numbers[end] != numbers[start] {
    body(start..<end)
    start = end
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
  /// The postings of a term for a group of slots.
  struct Place: Hashable {
    let term: Int
    let group: Slot
  }

  private(set) var numbers = WordNumbers()
  private(set) var postings: [Place: Change] = [:]
  /// By how much the number of products with each word changes.
  private(set) var spellings: [Int: Int] = [:]
  /// By how much a field's number of products and of words change.
  private(set) var fields: [Int: (products: Int, words: Int)] = [:]
  private(set) var products = 0

  /// Notes that a slot's product changes from one to another; nil where there is none.
  mutating func replace(_ old: [NumberedValue]?, with new: [NumberedValue]?, slot: Slot) {
    let before = ProductWords(old ?? [], &numbers), after = ProductWords(new ?? [], &numbers)
    products += (new == nil ? 0 : 1) - (old == nil ? 0 : 1)
    replace(before.postings, with: after.postings, slot: slot)
    for (words, sign) in [(before, -1), (after, 1)] {
      for word in words.spellings { spellings[word, default: 0] += sign }
      for (field, length) in words.lengths {
        fields[field, default: (0, 0)].products += sign
        fields[field, default: (0, 0)].words += sign * length
      }
    }
  }

  /// Notes of each term whose postings differ that the old ones go and the new ones come.
  private mutating func replace(
    _ before: [ProductWords.Posting], with after: [ProductWords.Posting], slot: Slot
  ) {
    let group = slot >> WordPosting.groupBits, inGroup = slot & 0xFFF
    var (old, new) = (before[...], after[...])
    while let term = [old.first?.term, new.first?.term].compactMap(\.self).min() {
      let (going, coming) = (old.prefix { $0.term == term }, new.prefix { $0.term == term })
      (old, new) = (old.dropFirst(going.count), new.dropFirst(coming.count))
      if going.elementsEqual(coming) { continue }
      let place = Place(term: term, group: group)
      if !going.isEmpty { postings[place, default: Change()].removed.insert(inGroup) }
      postings[place, default: Change()].added += coming.map { $0.bits | inGroup << 20 }
    }
  }
}
