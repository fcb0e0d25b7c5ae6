import HNSW
import LMDB

/// The lexical side of a query.
struct QueryWords {
  let query: LexicalQuery
  /// What each word stands for.
  let alternatives: [[LexicalScorer.Alternative]]
  let mentions: [[Mention]]
  /// Nil where there is nothing to look up.
  private let scorer: LexicalScorer?
  private(set) var scores = LexicalScores([], slotsEnd: 0)
  /// Whether words count for the score.
  let areScored: Bool

  init(
    _ query: LexicalQuery, scored: Bool, mentions: Bool, weights: [Float],
    _ store: ProductStore, in txn: borrowing ReadTransaction
  ) throws {
    self.query = query
    areScored = scored && !query.words.isEmpty
    scorer =
      query.isEmpty
      ? nil : try LexicalScorer(store, weights: weights, snapshot: txn.id, in: txn)
    alternatives = areScored ? try scorer?.alternatives(of: query, in: txn) ?? [] : []
    self.mentions = mentions ? try Mention.groups(in: query.words, store, txn) : []
  }

  /// Restricts some products, which are changed, to those that have the phrases and nothing that is
  /// excluded; nil stands for all products.
  func permitted(
    among products: Bitmap?, _ cancellation: Cancellation, in txn: borrowing ReadTransaction
  ) throws -> Bitmap? {
    guard let scorer else { return products }
    return try scorer.permitted(by: query, among: products, cancellation, in: txn)
  }

  mutating func score(in txn: borrowing ReadTransaction) throws {
    if areScored, let scorer { scores = try scorer.scores(of: alternatives, in: txn) }
  }

  /// The words of the query which a product has.
  func matched(_ slot: Slot) -> [String] { scores.words(of: slot).map { query.words[$0] } }

  /// What each word was taken for.
  var readings: [String: [String]] {
    Dictionary(
      zip(query.words, alternatives).map { ($0, $1.map(\.spelling)) },
      uniquingKeysWith: { first, _ in first })
  }

  /// What a reader should know of words that the catalogue does not have, or hardly.
  var corrections: [String] {
    zip(query.words, alternatives).compactMap { word, alternatives in
      guard alternatives.contains(where: { $0.isCorrection }) else { return nil }
      let read = alternatives.dropFirst().map(\.spelling).joined(separator: ", ")
      return "\"\(word)\" was also read as \(read)"
    }
  }
}
