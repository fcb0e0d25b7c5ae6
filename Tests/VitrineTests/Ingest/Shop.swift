import HNSW
import TestSupport
import Vitrine

/// A catalogue of small made-up files in a folder, and an index of it beside.
final class Shop: Sendable {
  let scratch = TemporaryDirectory()
  var index: String { scratch.path + "/index" }
  var catalogue: String { scratch.path + "/products.csv" }
  var report: String { scratch.path + "/report.csv" }

  /// Writes the catalogue: ids `0..<count`, each with a photograph of its own.
  func stock(_ count: Int, price: (Int) -> String = { "\($0)" }) throws {
    for id in 0..<count { try photograph(id) }
    try list((0..<count).map { "\($0),\($0).jpg,Brand \($0 % 3),\(price($0))" })
  }

  func photograph(_ id: Int, version: Int = 1) throws {
    try scratch.write("photograph \(id) version \(version)", to: "\(id).jpg")
  }

  func list(_ rows: [String]) throws {
    try scratch.write("id,image,brand,price\n" + rows.joined(separator: "\n"), to: "products.csv")
  }

  /// Opens the index, made if it is not there.
  func engine(_ embedder: ByteEmbedder) throws -> Engine {
    do {
      return try Engine(path: index, embedder: embedder)
    } catch .noIndex {
      return try Engine.create(
        path: index, configuration: IndexConfiguration(dimensions: embedder.dimensions),
        modelFingerprint: embedder.fingerprint, embedder: embedder)
    }
  }

  /// Opens the index, ingests the catalogue, and closes it again.
  func ingest(
    _ embedder: ByteEmbedder, _ change: (inout IngestOptions) -> Void = { _ in }
  ) async throws -> IngestReport {
    var options = IngestOptions()
    options.threads = 2
    options.batchSize = 16
    options.chunkSize = 4
    options.reportPath = report
    change(&options)
    return try await engine(embedder).ingest(CatalogueSource(path: catalogue), options: options)
  }

  /// The products of an index by id, as far as `ids` go.
  func products(_ engine: Engine, _ ids: some Sequence<Int>) async throws -> [Int: Product] {
    var products: [Int: Product] = [:]
    for id in ids { products[id] = try await engine.product("\(id)") }
    return products
  }
}
