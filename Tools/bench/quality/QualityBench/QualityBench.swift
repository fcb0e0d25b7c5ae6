import CLIP
import Foundation
import HNSW
import Vitrine

/// Measures how well searches find what was asked for, by looks, by words and by both.
///
/// Queries are made from facts of products ("women blue casual shirt"), and a product is relevant
/// if all those facts are true of it. The facts themselves are not indexed: only the title, the
/// brand and the description are, as a shop would have them.
///
///     QualityBench CATALOGUE.jsonl[.gz] --images FOLDER|TAR --model DIR [--tenths 1] [--sweep]
@main
struct QualityBench {
  static func main() async throws {
    let options = try Options(CommandLine.arguments)
    let products = try BenchProduct.heldOut(in: options.catalogue, tenths: options.tenths)
    let queries = BenchQuery.all(for: products)
    print("\(products.count) products, \(queries.count) queries")
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "vitrine-quality-\(ProcessInfo.processInfo.processIdentifier)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let engine = try await index(products, options, in: folder)
    for withBrand in [false, true] {
      let part = queries.filter { $0.withBrand == withBrand }
      print("\n\(withBrand ? "with" : "without") brand: \(part.count) queries")
      print("| ranking | nDCG@10 | precision@10 |\n|---|---|---|")
      for (name, query) in options.sweep ? Ranking.sweep : Ranking.compared {
        let scores = try await score(part, engine, query)
        print("| \(name) | \(percent(scores.ndcg)) | \(percent(scores.precision)) |")
      }
    }
  }

  private static func index(
    _ products: [BenchProduct], _ options: Options, in folder: URL
  ) async throws -> Engine {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let catalogue = folder.appending(path: "catalogue.jsonl")
    let encoder = JSONEncoder()
    let lines = try products.map { String(decoding: try encoder.encode($0.row), as: UTF8.self) }
    try lines.joined(separator: "\n").write(to: catalogue, atomically: true, encoding: .utf8)
    let model = ModelEmbedder(model: try CLIPModel(directory: options.model))
    let engine = try Engine.create(
      path: folder.appending(path: "index").path,
      configuration: IndexConfiguration(dimensions: model.dimensions),
      modelFingerprint: model.fingerprint, schema: BenchProduct.schema, embedder: model)
    var source = CatalogueSource(path: catalogue.path)
    source.images = options.images
    let report = try await engine.ingest(source)
    print("indexed \(report.inserted), left out \(report.rejected)")
    print("calibration \(try await engine.calibrate())")
    return engine
  }

  private static func score(
    _ queries: [BenchQuery], _ engine: Engine, _ template: Query
  ) async throws -> RankingScores {
    var outcomes: [RankedOutcome] = []
    for query in queries {
      var search = template
      search.terms = [.text(query.text + " ")]
      let hits = try await engine.search(search).hits
      let ranks = hits.indices.filter { query.relevant.contains(hits[$0].id) }
      outcomes.append(RankedOutcome(relevantRanks: ranks, relevantCount: query.relevant.count))
    }
    return RankingScores(outcomes, k: 10)
  }

  private static func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }
}

/// The rankings that are compared.
enum Ranking {
  static let compared: [(String, Query)] = [
    ("looks alone", query { $0.weights = BlendWeights(similarity: 1, lexical: 0, mention: 0) }),
    ("words alone", query { $0.weights = BlendWeights(similarity: 0, lexical: 1, mention: 0) }),
    ("blended (default)", query { _ in }),
    ("blended, no mentions", query { $0.mentions = .ignore }),
    ("reciprocal rank fusion", query { $0.fusion = .reciprocalRank }),
  ]

  /// Weights from words to looks, and of mentions.
  static let sweep: [(String, Query)] =
    stride(from: 0, through: 1, by: 0.1).flatMap { similarity in
      [Float(0), 0.1, 0.2].map { mention in
        (
          String(format: "similarity %.1f mention %.1f", similarity, mention),
          query {
            $0.weights = BlendWeights(
              similarity: Float(similarity), lexical: Float(1 - similarity), mention: mention)
          }
        )
      }
    }

  private static func query(_ change: (inout Query) -> Void) -> Query {
    var query = Query()
    change(&query)
    return query
  }
}

struct Options {
  var catalogue = ""
  var images = ""
  var model = ""
  var tenths = 1
  var sweep = false

  init(_ arguments: [String]) throws {
    var rest = arguments.dropFirst()
    while let argument = rest.popFirst() {
      switch argument {
      case "--images": images = rest.popFirst() ?? ""
      case "--model": model = rest.popFirst() ?? ""
      case "--tenths": tenths = rest.popFirst().flatMap(Int.init) ?? 1
      case "--sweep": sweep = true
      default: catalogue = argument
      }
    }
    guard !catalogue.isEmpty, !images.isEmpty, !model.isEmpty else {
      throw VitrineError.invalidArgument(
        "usage: QualityBench CATALOGUE.jsonl --images FOLDER|TAR --model DIR [--tenths 1] [--sweep]"
      )
    }
  }
}

/// A CLIP model as the engine takes it.
struct ModelEmbedder: Embedder {
  let model: CLIPModel
  var dimensions: Int { model.dimensions }
  var fingerprint: String { model.fingerprint }
  var logitScale: Float { model.logitScale }

  func embed(images: [[UInt8]]) -> [Result<[Float], any Error>] {
    model.encode(images: images).map { $0.mapError { $0 as any Error } }
  }

  func embed(texts: [String]) throws -> [[Float]] { model.encode(texts: texts) }
}
