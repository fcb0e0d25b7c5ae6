import Foundation
import HNSW
import LMDB

/// Ranks products by their words: BM25 over weighted fields (Robertson, Zaragoza and Taylor,
/// "Simple BM25 extension to multiple weighted fields", CIKM 2004).
///
/// ```
/// tf(t, d) = Σ over fields f: weight(f) · frequency(t, d, f) / (1 − b + b · length / mean length)
/// score(d) = Σ over words t: idf(t) · (k1 + 1) · tf / (k1 + tf)
/// idf(t)   = ln(1 + (N − n + ½) / (n + ½))
/// ```
/// Where a word stands for several terms (its completions, its corrections), the best one counts.
struct LexicalScorer {
  static let k1: Float = 1.2
  static let b: Float = 0.6

  /// A term that a word of the query stands for, and what a match of it is worth.
  struct Alternative: Hashable {
    let term: String
    let spelling: String
    let worth: Float
    /// Whether the word of the query is unknown or rare, and this is a word one edit away.
    var isCorrection = false
  }

  let store: ProductStore
  let weights: [Float]
  private let products: Int
  /// By the number of a posting's field.
  private let fields: [Field]

  /// What a word in a field counts: `weight · frequency / (1 − b + slope · length)`.
  private struct Field {
    var weight: Float = 1
    var slope = LexicalScorer.b
  }

  init(
    _ store: ProductStore, weights: FieldWeights, in txn: borrowing some Transaction & ~Copyable
  ) throws {
    self.store = store
    self.weights = weights.numbered(by: store.schema)
    let (products, means) = try store.words.lengths(in: txn)
    self.products = products
    var fields = [Field](repeating: Field(), count: 256)
    for (number, weight) in self.weights.prefix(fields.count).enumerated() {
      fields[number].weight = weight
    }
    for (number, mean) in means where number < fields.count { fields[number].slope = Self.b / mean }
    self.fields = fields
  }

  /// What each word of a query stands for: itself; for a last word still being typed also words
  /// that begin like it; for a word that no product has, known words one edit away; the same for a
  /// word that hardly any product has, if far more have a word one edit away.
  func alternatives(
    of query: LexicalQuery, in txn: borrowing some Transaction & ~Copyable
  ) throws -> [[Alternative]] {
    let stemmer = Stemmer()
    var result: [[Alternative]] = []
    for (place, word) in query.words.enumerated() {
      let stem = stemmer.stem(word)
      var found = [Alternative(term: stem, spelling: word, worth: 1)]
      func add(_ spellings: [WordIndex.Spelling], worth: Float, isCorrection: Bool = false) {
        for spelling in spellings {
          let term = stemmer.stem(spelling.word)
          guard !found.contains(where: { $0.term == term }) else { continue }
          found.append(
            Alternative(
              term: term, spelling: spelling.word, worth: worth, isCorrection: isCorrection))
        }
      }
      let isLast = place == query.words.count - 1
      var isBeginning = false
      if isLast, query.lastIsPrefix, word.unicodeScalars.count >= 2 {
        let completions = try store.words.completions(of: word, limit: 32, in: txn)
        isBeginning = completions.contains { $0.count * 1000 > products }
        add(completions, worth: 0.6)
      }
      if !isBeginning {
        add(try corrections(of: word, stem: stem, in: txn), worth: 0.7, isCorrection: true)
      }
      result.append(found)
    }
    return result
  }

  private func corrections(
    of word: String, stem: String, in txn: borrowing some Transaction & ~Copyable
  ) throws -> [WordIndex.Spelling] {
    var occurrences = 0
    try txn.forEach(in: store.words.postings, .prefix(WordPosting.prefix(stem))) { _, value in
      occurrences += value.byteCount / 4
      return occurrences * 1000 <= products
    }
    // A word of one in a thousand products is meant as it is written.
    guard occurrences * 1000 <= products else { return [] }
    let found = try store.words.corrections(of: word, limit: 8, in: txn)
    return found.filter { $0.count >= 50 * occurrences }
  }

  /// Scores every product that has any of the words.
  /// - Complexity: O(postings of the words).
  func scores(
    of words: [[Alternative]], in txn: borrowing some Transaction & ~Copyable
  ) throws -> LexicalScores {
    var scores = LexicalScores()
    for alternatives in words {
      var best = 0 as Float
      let matches = try alternatives.map { try frequencies(of: $0.term, in: txn) }
      // A rare misspelling must not outweigh the word it was meant to be.
      let isCorrected = alternatives.contains(where: \.isCorrection)
      let most = matches.map(\.count).max() ?? 0
      var weighted: [LexicalScores.Matches] = []
      for (alternative, matches) in zip(alternatives, matches) where !matches.isEmpty {
        let weight = idf(isCorrected ? most : matches.count) * alternative.worth
        best = max(best, weight)
        weighted.append(LexicalScores.Matches(matches, factor: weight * (Self.k1 + 1)))
      }
      scores.add(weighted, best: best * (Self.k1 + 1))
    }
    return scores
  }

  func idf(_ matches: Int) -> Float {
    let n = Float(matches)
    return Foundation.log(1 + max(0, Float(products) - n + 0.5) / (n + 0.5))
  }

  /// The products that have a term, in the order of slots, with their weighted frequencies.
  func frequencies(
    of term: String, in txn: borrowing some Transaction & ~Copyable
  ) throws -> [(slot: Slot, frequency: Float)] {
    var found: [(slot: Slot, frequency: Float)] = []
    let range = KeyRange.prefix(WordPosting.prefix(term))
    try txn.forEach(in: store.words.postings, range) { key, value in
      let base = WordPosting.group(of: key) << WordPosting.groupBits
      append(value, base: base, to: &found)
      return true
    }
    return found
  }

  /// Sums up the postings of one group of slots. They are in the order of slots, so that those of
  /// one product follow each other: this is where most of a search for words is spent.
  private func append(
    _ postings: RawSpan, base: Slot, to found: inout [(slot: Slot, frequency: Float)]
  ) {
    let lengths = WordPosting.lengths
    var last = Slot.max
    var sum: Float = 0
    for place in 0..<postings.byteCount / 4 {
      let bits = postings.unsafeLoadUnaligned(fromByteOffset: place * 4, as: UInt32.self)
      let posting = WordPosting(bits: UInt32(littleEndian: bits))
      let field = fields[posting.field]
      let length = lengths[posting.lengthCode]
      let slot = posting.slotInGroup
      if slot != last {
        if sum > 0 { found.append((base + last, sum)) }
        (last, sum) = (slot, 0)
      }
      sum += field.weight * Float(posting.frequency) / (1 - Self.b + field.slope * length)
    }
    if sum > 0 { found.append((base + last, sum)) }
  }
}
