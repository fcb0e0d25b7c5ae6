import BenchSupport
import Foundation
import HNSW
import Vitrine

/// Some products, indexed, and the queries that are made from them.
struct IndexedHalf {
  let queries: [BenchQuery]
  let summary: String
  private let engine: Engine
  private let folder: ScratchFolder

  init(_ products: [BenchProduct], _ options: Options, _ model: ModelEmbedder) async throws {
    queries = BenchQuery.all(for: products)
    folder = try ScratchFolder()
    let catalogue = folder.url.appending(path: "catalogue.jsonl")
    let encoder = JSONEncoder()
    let lines = try products.map { String(decoding: try encoder.encode($0.row), as: UTF8.self) }
    try lines.joined(separator: "\n").write(to: catalogue, atomically: true, encoding: .utf8)
    engine = try Engine.create(
      path: folder.url.appending(path: "index").path,
      configuration: IndexConfiguration(dimensions: model.dimensions),
      modelFingerprint: model.fingerprint, schema: BenchProduct.schema, embedder: model)
    var source = CatalogueSource(path: catalogue.path)
    source.images = options.images
    let report = try await engine.ingest(source)
    summary = "\(report.inserted) products and \(queries.count) queries"
  }

  func score(_ queries: [BenchQuery], _ template: Query) async throws -> RankingScores {
    let searches = queries.map { query in
      var search = template
      search.terms = [.text(query.text + " ")]
      return search
    }
    let answers = try await engine.search(searches)
    let outcomes = zip(queries, answers).map { query, answer in
      RankedOutcome(
        relevantRanks: answer.hits.indices.filter { query.relevant.contains(answer.hits[$0].id) },
        relevantCount: query.relevant.count)
    }
    return RankingScores(outcomes, k: 10)
  }
}

/// A folder that is deleted with the last reference to it.
private final class ScratchFolder: Sendable {
  let url = FileManager.default.temporaryDirectory.appending(path: "quality-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }
}
