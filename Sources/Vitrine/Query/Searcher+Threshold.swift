import HNSW
import Kernels
import LMDB

extension Searcher {
  /// The least lexical score with which a product that is not among the nearest in looks can come onto the
  /// page, or 0: no more similar than the last of these, it has to have the rest from its words. A walk
  /// overlooks some that are more similar than its last, and hardly ever one that is more than its first.
  ///
  /// Who looks at more than the page, as facets and groups do, needs all candidates (the threshold
  /// algorithm of Fagin, Lotem and Naor, "Optimal aggregation algorithms for middleware", JCSS 2003).
  ///
  /// - Parameters:
  ///   - end: where the page ends.
  ///   - nearest: the most similar, nearest first; all of them if it is exact.
  func leastLexicalScore(
    pageTo end: Int, _ nearest: Candidates, _ words: QueryWords, in txn: borrowing ReadTransaction
  ) throws -> Float {
    guard isPageAlone, nearest.slots.count > end, query.weights.lexical > 0,
      let first = nearest.similarities?.first, let last = nearest.similarities?.last,
      let spread = nearest.spread
    else { return 0 }
    let blend = try blend(nearest, words, in: txn)
    var scores = try blend.scores(at: nearest.slots.indices, in: txn)
    // One more than the page has, as the answer says whether there are more.
    let reached = scores.quickselect(greatest: end)
    let names = Float(words.mentions.count) * max(0, query.weights.mention)
    let rest = query.weights.similarity * spread.calibrated(nearest.isExact ? last : first) + names
    // What rounding may do to sums of such parts.
    let margin = 1e-6 * (abs(reached) + rest + query.weights.lexical)
    let share = (reached - rest - margin) / query.weights.lexical
    return max(0, share) * words.scores.ceiling
  }

  /// Whether nothing but the best by score is asked for, and what boosts them costs little to know.
  private var isPageAlone: Bool {
    query.fusion == .calibrated && query.facets.isEmpty && query.boosts.isEmpty
      && query.sort.isEmpty && query.group == nil && query.diversity == nil
  }
}
