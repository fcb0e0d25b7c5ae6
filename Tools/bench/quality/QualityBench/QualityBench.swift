import BenchSupport
import CLIP
import Foundation
import Vitrine

/// Measures how well searches find what was asked for, by looks, by words and by both.
///
/// Queries are made from facts of products ("women blue casual shirt"), and a product is relevant
/// if all those facts are true of it. The facts themselves are not indexed: only the title, the
/// brand and the description are, as a shop would have them. Weights are chosen on one half of the
/// titles, and what they bring is reported on the other.
///
///     QualityBench CATALOGUE.jsonl[.gz] --images FOLDER|TAR --model DIR
@main
struct QualityBench {
  static func main() async {
    do {
      try await run()
    } catch {
      FileHandle.standardError.write(Data("QualityBench: \(error)\n".utf8))
      exit(1)
    }
  }

  private static func run() async throws {
    let options = Options(CommandLine.arguments)
    let products = try BenchProduct.heldOut(in: options.catalogue)
    let model = ModelEmbedder(try CLIPModel(directory: options.model))
    var halves: [IndexedHalf] = []
    for half in [0, 1] {
      halves.append(try await IndexedHalf(products.filter { $0.half == half }, options, model))
    }
    print("Chosen on \(halves[0].summary); reported on \(halves[1].summary).\n")
    let chosen = try await choose(on: halves[0])
    print("Reported:\n")
    let parts = [false, true].map { brand in halves[1].queries.filter { $0.withBrand == brand } }
    print(
      "| ranking | without brand (\(parts[0].count)): nDCG@10 | precision@10 "
        + "| with brand (\(parts[1].count)): nDCG@10 | precision@10 |\n|---|---|---|---|---|")
    let chosenRow = ("blended, \(chosen.name)", chosen.query)
    for (name, query) in Ranking.compared.map({ ($0.name, $0.query) }) + [chosenRow] {
      var row = "| \(name) |"
      for part in parts {
        let scores = try await halves[1].score(part, query)
        row += " \(percent(scores.ndcg)) | \(percent(scores.precision)) |"
      }
      print(row)
    }
    let bounds = parts.map { part in
      part.reduce(0) { $0 + Double(min(10, $1.relevant.count)) / 10 } / Double(max(1, part.count))
    }
    print(
      "| what a perfect ranking has | 100 % | \(percent(bounds[0])) | 100 % | \(percent(bounds[1])) |"
    )
  }

  /// Tries all weights and prints the best.
  private static func choose(on half: IndexedHalf) async throws -> Ranking {
    var tried: [(ranking: Ranking, ndcg: Double)] = []
    for ranking in Ranking.sweep {
      var sum = 0.0
      for withBrand in [false, true] {
        let part = half.queries.filter { $0.withBrand == withBrand }
        sum += try await half.score(part, ranking.query).ndcg / 2
      }
      tried.append((ranking, sum))
    }
    tried.sort { $0.ndcg > $1.ndcg }
    print("Best weights, by the mean nDCG@10 of queries with and without brand:\n")
    for (ranking, ndcg) in tried.prefix(5) { print("    \(percent(ndcg))  \(ranking.name)") }
    let isDefault = { (ranking: Ranking) in ranking.query.weights == BlendWeights() }
    if let place = tried.firstIndex(where: { isDefault($0.ranking) }) {
      print(
        "    \(percent(tried[place].ndcg))  the defaults, place \(place + 1) of \(tried.count)\n")
    }
    return tried[0].ranking
  }

  static func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }
}
