import Foundation
import Vitrine

/// A way to rank that is compared with others.
struct Ranking {
  let name: String
  let query: Query

  static let compared = [
    Ranking("looks alone") { $0.weights = BlendWeights(similarity: 1, lexical: 0, mention: 0) },
    Ranking("words alone") { $0.weights = BlendWeights(similarity: 0, lexical: 1, mention: 0) },
    Ranking("**blended, as by default**") { _ in },
    Ranking("blended without mentions") { $0.mentions = .ignore },
    Ranking("reciprocal rank fusion") { $0.fusion = .reciprocalRank },
  ]

  /// Weights from words to looks, and of mentions.
  static let sweep: [Ranking] = stride(from: 0, through: 1, by: 0.1).flatMap { share in
    [Float(0), 0.05, 0.1, 0.2].map { mention in
      // As literals would be, so that the defaults are found among them.
      let (similarity, lexical) = (Float("\(share)") ?? 0, Float("\(1 - share)") ?? 0)
      return Ranking(
        String(format: "similarity %.1f, words %.1f, mentions %.2f", similarity, lexical, mention)
      ) {
        $0.weights = BlendWeights(similarity: similarity, lexical: lexical, mention: mention)
      }
    }
  }

  private init(_ name: String, _ change: (inout Query) -> Void) {
    var query = Query()
    change(&query)
    (self.name, self.query) = (name, query)
  }
}
