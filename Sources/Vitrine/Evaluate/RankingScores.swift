import Foundation

/// Retrieval quality at one cut-off, averaged over queries.
public struct RankingScores: Sendable, Equatable, Codable {
  /// The cut-off: only the first `k` results count.
  public let k: Int
  /// How many queries were averaged.
  public let queries: Int
  /// Of the first k results, the share that is relevant.
  public let precision: Double
  /// Of all that is relevant, the share within the first k results.
  public let recall: Double
  /// One over the rank of the first relevant result, 0 when none is within k.
  public let reciprocalRank: Double
  /// Discounted cumulative gain with gains 0 and 1, over that of an ideal ranking
  /// (Järvelin and Kekäläinen 2002).
  public let ndcg: Double
  /// The share of queries with at least one relevant result within k.
  public let hitRate: Double

  private enum CodingKeys: String, CodingKey {
    case k, queries, precision, recall, ndcg
    case reciprocalRank = "reciprocal_rank"
    case hitRate = "hit_rate"
  }
}

/// What one query brought: the ranks at which something relevant stood, and how much there was.
public struct RankedOutcome: Sendable, Equatable {
  /// Ranks of the relevant results, counted from 0, ascending.
  public let relevantRanks: [Int]
  /// How many relevant items the collection holds, found or not. At least one.
  public let relevantCount: Int

  /// - Parameters:
  ///   - relevantRanks: ranks from 0, ascending.
  ///   - relevantCount: at least one: a query without an answer cannot be scored.
  public init(relevantRanks: [Int], relevantCount: Int) {
    precondition(relevantCount > 0, "a query needs something relevant to find")
    self.relevantRanks = relevantRanks
    self.relevantCount = relevantCount
  }
}

extension RankingScores {
  /// Averages the scores of `outcomes` at cut-off `k`; below 1 nothing counts and all are 0.
  ///
  /// - Complexity: O(outcomes × k).
  public init(_ outcomes: [RankedOutcome], k: Int) {
    var sums = (precision: 0.0, recall: 0.0, reciprocal: 0.0, ndcg: 0.0, hits: 0.0)
    for outcome in outcomes where k > 0 {
      let ranks = outcome.relevantRanks.prefix { $0 < k }
      sums.precision += Double(ranks.count) / Double(k)
      sums.recall += Double(ranks.count) / Double(outcome.relevantCount)
      sums.reciprocal += ranks.first.map { 1 / Double($0 + 1) } ?? 0
      sums.ndcg += gain(ranks) / gain(0..<min(k, outcome.relevantCount))
      sums.hits += ranks.isEmpty ? 0 : 1
    }
    let count = Double(max(outcomes.count, 1))
    self.init(
      k: k, queries: outcomes.count, precision: sums.precision / count,
      recall: sums.recall / count, reciprocalRank: sums.reciprocal / count,
      ndcg: sums.ndcg / count, hitRate: sums.hits / count)
  }
}

/// Discounted gain of relevant results at `ranks`.
private func gain(_ ranks: some Sequence<Int>) -> Double {
  ranks.reduce(0) { $0 + 1 / log2(Double($1) + 2) }
}
