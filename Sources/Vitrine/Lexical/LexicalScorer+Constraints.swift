import HNSW
import LMDB

/// What phrases and exclusions permit.
///
/// The postings of all of them are looked up first. They are of stems and hold no positions, so that texts
/// have to be read as well: last, of the products that are left, and each once for all phrases.
extension LexicalScorer {
  /// The products that have every phrase of a query and nothing that it excludes; a phrase in one value of
  /// a field, a single word that is excluded in any form.
  ///
  /// - Parameter among: of which products; they are changed. Nil stands for all, here and as the result.
  func permitted(
    by query: LexicalQuery, among: Bitmap?, _ cancellation: Cancellation,
    in txn: borrowing some Transaction & ~Copyable
  ) throws -> Bitmap? {
    guard !query.phrases.isEmpty || !query.excluded.isEmpty else { return among }
    let stemmer = Stemmer()
    var remaining = among
    var demands: [Demand] = []
    for phrase in Set(query.phrases) {
      let places = try places(of: phrase, stemmer, cancellation, in: txn)
      let slots = Self.slots(of: places)
      if try needsText(phrase, slots, in: txn) {
        demands.append(Demand(phrase: phrase, candidates: places, isWanted: true))
      }
      if let remaining { remaining.formIntersection(slots) } else { remaining = slots }
    }
    let permitted = try remaining ?? store.live(in: txn)
    for phrase in Set(query.excluded) where !permitted.isEmpty {
      let places = try places(of: phrase, stemmer, cancellation, in: txn)
      if phrase.count == 1 {
        permitted.subtract(Self.slots(of: places))
      } else {
        demands.append(Demand(phrase: phrase, candidates: places, isWanted: false))
      }
    }
    return demands.isEmpty ? permitted : try meeting(demands, permitted, cancellation, in: txn)
  }

  /// One field of one product.
  private struct Place: Comparable {
    let slot: Slot
    let field: Int

    static func < (a: Place, b: Place) -> Bool { (a.slot, a.field) < (b.slot, b.field) }
  }

  /// A phrase that texts are to have, or must not have.
  private struct Demand {
    let phrase: [String]
    /// The fields that have all its words, in order.
    let candidates: [Place]
    let isWanted: Bool
    var next = 0

    /// The fields of a product that come into question; to be asked in the order of slots.
    mutating func fields(at slot: Slot) -> ArraySlice<Place> {
      while next < candidates.count, candidates[next].slot < slot { next += 1 }
      return candidates[next...].prefix { $0.slot == slot }
    }
  }

  /// Those of some products whose texts have what is wanted, and not what is unwanted.
  private func meeting(
    _ demands: [Demand], _ products: Bitmap, _ cancellation: Cancellation,
    in txn: borrowing some Transaction & ~Copyable
  ) throws -> Bitmap {
    var demands = demands
    let result = Bitmap()
    for (number, slot) in products.slots().enumerated() {
      if number % 256 == 0 { try cancellation.check() }
      var texts: [Int: [[String]]] = [:]
      var isMet = true
      for index in demands.indices where isMet {
        var stands = false
        for place in demands[index].fields(at: slot) where !stands {
          stands = try self.stands(demands[index].phrase, at: place, &texts, in: txn)
        }
        isMet = stands == demands[index].isWanted
      }
      if isMet { result.insert(slot) }
    }
    return result
  }

  /// Whether texts have to be read for a phrase, whose words the products of `slots` have in some form.
  /// For a single word they need not be if as many products have it as it is written.
  private func needsText(
    _ phrase: [String], _ slots: Bitmap, in txn: borrowing some Transaction & ~Copyable
  ) throws -> Bool {
    guard phrase.count == 1 else { return true }
    let products = try txn.withValue(in: store.words.words, for: phrase[0]) {
      WordIndex.numbers($0).0
    }
    return products != slots.count
  }

  /// The fields that have all words of a phrase in any form and order.
  private func places(
    of phrase: [String], _ stemmer: Stemmer, _ cancellation: Cancellation,
    in txn: borrowing some Transaction & ~Copyable
  ) throws -> [Place] {
    var common: [Place]?
    for term in Set(phrase.map(stemmer.stem)) where common?.isEmpty != true {
      try cancellation.check()
      let places = try places(of: term, in: txn)
      common = common.map { Self.intersection($0, places) } ?? places
    }
    return common ?? []
  }

  /// In order, as postings are.
  private func places(
    of term: String, in txn: borrowing some Transaction & ~Copyable
  ) throws -> [Place] {
    var places: [Place] = []
    let range = KeyRange.prefix(WordPosting.prefix(term))
    try txn.forEach(in: store.words.postings, range) { key, value in
      let base = WordPosting.group(of: key) << WordPosting.groupBits
      for bits in WordPostingList.decode(value) {
        let posting = WordPosting(bits: bits)
        places.append(Place(slot: base + posting.slotInGroup, field: posting.field))
      }
      return true
    }
    return places
  }

  private static func intersection(_ a: [Place], _ b: [Place]) -> [Place] {
    var common: [Place] = []
    var (i, j) = (0, 0)
    while i < a.count, j < b.count {
      if a[i] == b[j] {
        common.append(a[i])
        (i, j) = (i + 1, j + 1)
      } else if a[i] < b[j] {
        i += 1
      } else {
        j += 1
      }
    }
    return common
  }

  private static func slots(of places: [Place]) -> Bitmap {
    let slots = Bitmap()
    for place in places { slots.insert(place.slot) }
    return slots
  }

  /// Whether a value of a field has the words of a phrase one behind the other.
  /// - Parameter texts: the words of the product's fields that were read, and are read now.
  private func stands(
    _ phrase: [String], at place: Place, _ texts: inout [Int: [[String]]],
    in txn: borrowing some Transaction & ~Copyable
  ) throws -> Bool {
    // All fields from 255 on are one to the postings.
    let fields = place.field < 255 ? place.field...place.field : 255...max(255, weights.count - 1)
    for field in fields {
      let values = try texts[field] ?? words(of: field, at: place.slot, in: txn)
      texts[field] = values
      if values.contains(where: { Self.has(phrase, in: $0) }) { return true }
    }
    return false
  }

  /// The words of each value of a field: a phrase does not go on from one to the next.
  private func words(
    of field: Int, at slot: Slot, in txn: borrowing some Transaction & ~Copyable
  ) throws -> [[String]] {
    guard store.schema.attributes.indices.contains(field),
      store.schema.attributes[field].kind.hasWords,
      let value = try store.value(of: field, at: slot, in: txn)
    else { return [] }
    return value.items.map { Tokenizer.words(in: $0.plainText) }
  }

  private static func has(_ phrase: [String], in words: [String]) -> Bool {
    guard words.count >= phrase.count else { return false }
    return (0...(words.count - phrase.count)).contains { start in
      words[start..<(start + phrase.count)].elementsEqual(phrase)
    }
  }
}
