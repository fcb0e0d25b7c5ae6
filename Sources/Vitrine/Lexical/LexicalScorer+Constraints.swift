import HNSW
import LMDB

extension LexicalScorer {
  /// The products that have every phrase of a query; nil if it has no phrases.
  func required(
    by query: LexicalQuery, _ cancellation: Cancellation,
    in txn: borrowing some Transaction & ~Copyable
  ) throws -> Bitmap? {
    var result: Bitmap?
    for phrase in query.phrases {
      let found = try products(with: phrase, isExact: true, cancellation, in: txn)
      if let result { result.formIntersection(found) } else { result = found }
    }
    return result
  }

  /// The products that have something a query excludes; nil if it excludes nothing.
  func excluded(
    by query: LexicalQuery, _ cancellation: Cancellation,
    in txn: borrowing some Transaction & ~Copyable
  ) throws -> Bitmap? {
    guard !query.excluded.isEmpty else { return nil }
    let union = Bitmap()
    for words in query.excluded {
      union.formUnion(try products(with: words, isExact: words.count > 1, cancellation, in: txn))
    }
    return union
  }

  /// The products that have these words one behind the other in a field; those that have them in
  /// any form and order where that is not wanted exactly.
  private func products(
    with phrase: [String], isExact: Bool, _ cancellation: Cancellation,
    in txn: borrowing some Transaction & ~Copyable
  ) throws -> Bitmap {
    let stemmer = Stemmer()
    var candidates: Set<Place>?
    for term in Set(phrase.map(stemmer.stem)) {
      try cancellation.check()
      let places = try places(of: term, in: txn)
      candidates = candidates?.intersection(places) ?? places
    }
    // One field is enough; titles, which are quick to read, mostly come first.
    let places = (candidates ?? []).sorted { ($0.slot, $0.field) < ($1.slot, $1.field) }
    let result = Bitmap()
    var last: Slot?
    for (number, place) in places.enumerated() where place.slot != last {
      if number % 1024 == 0 { try cancellation.check() }
      guard try !isExact || stands(phrase, at: place, in: txn) else { continue }
      result.insert(place.slot)
      last = place.slot
    }
    return result
  }

  /// One field of one product.
  private struct Place: Hashable {
    let slot: Slot
    let field: Int
  }

  private func places(
    of term: String, in txn: borrowing some Transaction & ~Copyable
  ) throws -> Set<Place> {
    var places: Set<Place> = []
    let range = KeyRange.prefix(WordPosting.prefix(term))
    try txn.forEach(in: store.words.postings, range) { key, value in
      let base = WordPosting.group(of: key) << WordPosting.groupBits
      for bits in WordPostingList.decode(value) {
        let posting = WordPosting(bits: bits)
        places.insert(Place(slot: base + posting.slotInGroup, field: posting.field))
      }
      return true
    }
    return places
  }

  /// The postings hold no positions, so the text itself is read; only the fields that have all the
  /// words come this far.
  private func stands(
    _ phrase: [String], at place: Place, in txn: borrowing some Transaction & ~Copyable
  ) throws -> Bool {
    let fields = place.field < 255 ? place.field...place.field : 255...max(255, weights.count - 1)
    for field in fields {
      guard let value = try store.value(of: field, at: place.slot, in: txn) else { continue }
      let words = Tokenizer.words(in: value.plainText)
      guard words.count >= phrase.count else { continue }
      for start in 0...(words.count - phrase.count)
      where words[start..<(start + phrase.count)].elementsEqual(phrase) {
        return true
      }
    }
    return false
  }
}
