import Foundation
import HNSW
import Kernels
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

    /// About what it takes of memory.
    var byteCount: Int { MemoryLayout<Self>.stride + 2 * (32 + spelling.utf8.count) }
  }

  /// A word of a query.
  struct Word: Hashable {
    let spelling: String
    /// Whether it is still being typed.
    let isUnfinished: Bool
  }

  /// What the scores of all terms rest on.
  struct Basis {
    let products: Int
    /// No group of postings that is read has a slot as great.
    let slotsEnd: Int
    fileprivate let sums: PostingSums

    fileprivate init(
      _ store: ProductStore, _ weights: [Float], in txn: borrowing some Transaction & ~Copyable
    ) throws {
      let (products, means) = try store.words.lengths(in: txn)
      self.products = products
      let group = try store.lastSlot(in: txn).map { Int($0 >> WordPosting.groupBits) }
      slotsEnd = group.map { ($0 + 1) << Int(WordPosting.groupBits) } ?? 0
      var sums = PostingSums(base: 1 - b, saturation: k1, lengths: WordPosting.lengths)
      for (field, weight) in weights.prefix(256).enumerated() { sums.set(field, weight: weight) }
      for (field, mean) in means where field < 256 { sums.set(field, slope: b / mean) }
      self.sums = sums
    }
  }

  let store: ProductStore
  /// By the number of the attribute.
  let weights: [Float]
  private let basis: Basis
  private var products: Int { basis.products }
  /// The snapshot that the products are of: what is read of it serves other queries.
  private let snapshot: Int
  private let hasOwnWeights: Bool

  /// - Parameter snapshot: that of `txn`, in which nothing has been written.
  init(
    _ store: ProductStore, weights: [Float], snapshot: Int,
    in txn: borrowing some Transaction & ~Copyable
  ) throws {
    self.store = store
    self.weights = weights
    self.snapshot = snapshot
    hasOwnWeights = weights != store.fieldWeights
    if !hasOwnWeights {
      // A snapshot has one: any key will do.
      basis = try store.basis.value(of: 0, in: snapshot) { try Basis(store, weights, in: txn) }
    } else {
      basis = try Basis(store, weights, in: txn)
    }
  }

  /// What each word of a query stands for: itself; for a last word still being typed also words
  /// that begin like it; for a word that no product has, known words one edit away; the same for a
  /// word that hardly any product has, if far more have a word one edit away.
  func alternatives(
    of query: LexicalQuery, in txn: borrowing some Transaction & ~Copyable
  ) throws -> [[Alternative]] {
    try query.words.enumerated().map { place, spelling in
      let isLast = place == query.words.count - 1
      let word = Word(spelling: spelling, isUnfinished: isLast && query.lastIsPrefix)
      return try store.readings.value(of: word, in: snapshot) {
        try alternatives(of: word, in: txn)
      }
    }
  }

  private func alternatives(
    of word: Word, in txn: borrowing some Transaction & ~Copyable
  ) throws -> [Alternative] {
    let stemmer = Stemmer()
    let stem = stemmer.stem(word.spelling)
    var found = [Alternative(term: stem, spelling: word.spelling, worth: 1)]
    func add(_ entries: [WordIndex.Entry], worth: Float, isCorrection: Bool = false) {
      for entry in entries {
        let term = stemmer.stem(entry.word)
        guard !found.contains(where: { $0.term == term }) else { continue }
        found.append(
          Alternative(term: term, spelling: entry.word, worth: worth, isCorrection: isCorrection))
      }
    }
    var isBeginning = false
    if word.isUnfinished, word.spelling.unicodeScalars.count >= 2 {
      let completions = try store.words.completions(of: word.spelling, limit: 32, in: txn)
      isBeginning = completions.contains { $0.count * 1000 > products }
      add(completions, worth: 0.6)
    }
    if !isBeginning {
      let corrections = try corrections(of: word.spelling, stem: stem, in: txn)
      add(corrections, worth: 0.7, isCorrection: true)
    }
    return found
  }

  private func corrections(
    of word: String, stem: String, in txn: borrowing some Transaction & ~Copyable
  ) throws -> [WordIndex.Entry] {
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
    var scored: [LexicalScores.Word] = []
    for alternatives in words {
      var best = 0 as Float
      let matches = try alternatives.map { try self.matches(of: $0.term, in: txn) }
      // A rare misspelling must not outweigh the word it was meant to be.
      let isCorrected = alternatives.contains { $0.isCorrection }
      let most = matches.lazy.map { $0.slots.count }.max() ?? 0
      var weighted: [LexicalScores.Reading] = []
      for (alternative, matches) in zip(alternatives, matches) where !matches.slots.isEmpty {
        let weight = idf(isCorrected ? most : matches.slots.count) * alternative.worth
        best = max(best, weight)
        weighted.append(
          LexicalScores.Reading(matches: matches, factor: weight * (Self.k1 + 1)))
      }
      scored.append(LexicalScores.Word(readings: weighted, best: best * (Self.k1 + 1)))
    }
    return LexicalScores(scored, slotsEnd: basis.slotsEnd)
  }

  func idf(_ matches: Int) -> Float {
    let n = Float(matches)
    return Foundation.log(1 + max(0, Float(products) - n + 0.5) / (n + 0.5))
  }

  private func matches(
    of term: String, in txn: borrowing some Transaction & ~Copyable
  ) throws -> TermMatches {
    guard !hasOwnWeights else { return try sum(of: term, in: txn) }
    return try store.terms.value(of: term, in: snapshot) { try sum(of: term, in: txn).compact }
  }

  private func sum(
    of term: String, in txn: borrowing some Transaction & ~Copyable
  ) throws -> TermMatches {
    var found = TermMatches()
    let range = KeyRange.prefix(WordPosting.prefix(term))
    var most = 0
    try txn.forEach(in: store.words.postings, range) { _, postings in
      most += postings.byteCount / 4
      return true
    }
    found.slots.reserveCapacity(most)
    found.values.reserveCapacity(most)
    try txn.forEach(in: store.words.postings, range) { key, postings in
      let first = WordPosting.group(of: key) << WordPosting.groupBits
      // A damaged key would ask for room for a catalogue of billions.
      guard first < basis.slotsEnd else { return true }
      basis.sums.append(postings, first: first, to: &found.slots, &found.values)
      return true
    }
    return found
  }
}
