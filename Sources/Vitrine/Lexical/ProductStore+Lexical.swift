package import HNSW
package import LMDB

extension ProductStore {
  /// The lexical score of every product that has any of a query's words, and whatever its phrases
  /// and exclusions demand. The engine blends these scores; this is the plain ranking by words.
  package func lexicalScores(
    of query: LexicalQuery, weights: FieldWeights,
    in txn: borrowing some Transaction & ~Copyable
  ) throws -> [Slot: Float] {
    let scorer = try LexicalScorer(self, weights: weights.numbered(by: schema), in: txn)
    let scores = try scorer.scores(of: try scorer.alternatives(of: query, in: txn), in: txn)
    let required = try scorer.required(by: query, Cancellation(), in: txn).map { SlotSet($0) }
    let excluded = try scorer.excluded(by: query, Cancellation(), in: txn).map { SlotSet($0) }
    var result: [Slot: Float] = [:]
    for slot in scores.slots {
      guard required?.contains(slot) ?? true, excluded?.contains(slot) != true else { continue }
      result[slot] = scores[slot]
    }
    return result
  }

  /// The words of the catalogue that one edit makes of a word, the most frequent first.
  package func corrections(
    of word: String, in txn: borrowing some Transaction & ~Copyable
  ) throws -> [String] {
    try words.corrections(of: word, limit: .max, in: txn).map(\.word)
  }
}
