import Testing
import Vitrine

@Suite struct RankingScoresTests {
  /// Two relevant things, found first and fourth; by hand from the definitions, nDCG also by
  /// sklearn.metrics.ndcg_score([[1, 0, 0, 1, 0]], [[5, 4, 3, 2, 1]], k=5) of scikit-learn 1.9.1.
  @Test func `scores follow the definitions`() {
    let outcome = RankedOutcome(relevantRanks: [0, 3], relevantCount: 2)
    let scores = RankingScores([outcome], k: 5)
    #expect(scores.precision == 0.4)
    #expect(scores.recall == 1)
    #expect(scores.reciprocalRank == 1)
    #expect(scores.hitRate == 1)
    // (1 + 1/log2 5) / (1 + 1/log2 3)
    #expect(abs(scores.ndcg - 0.877215) < 1e-6)
  }

  @Test func `nothing beyond the cut off counts`() {
    let scores = RankingScores([RankedOutcome(relevantRanks: [5], relevantCount: 1)], k: 5)
    #expect(scores.recall == 0 && scores.reciprocalRank == 0 && scores.hitRate == 0)
    #expect(scores.ndcg == 0)
  }

  @Test(arguments: [0, -1]) func `a cut-off before the first result scores nothing`(k: Int) {
    let scores = RankingScores([RankedOutcome(relevantRanks: [0], relevantCount: 1)], k: k)
    #expect(scores.precision == 0 && scores.recall == 0 && scores.ndcg == 0)
    #expect(scores.queries == 1)
  }

  @Test func `queries are averaged`() {
    let outcomes = [
      RankedOutcome(relevantRanks: [0], relevantCount: 1),
      RankedOutcome(relevantRanks: [1], relevantCount: 1),
      RankedOutcome(relevantRanks: [], relevantCount: 3),
    ]
    let scores = RankingScores(outcomes, k: 10)
    #expect(scores.queries == 3)
    #expect(abs(scores.recall - 2.0 / 3) < 1e-12)
    #expect(abs(scores.reciprocalRank - 0.5) < 1e-12)
  }
}
