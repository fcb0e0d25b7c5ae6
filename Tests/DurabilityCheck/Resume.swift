import Foundation
import HNSW
import LMDB
import TestSupport
import Vitrine

/// A model that makes a vector of the bytes of a text, taking its time.
struct ByteEmbedder: Embedder {
  let dimensions = 16
  let fingerprint = "bytes of texts"
  let logitScale: Float = 1

  func embed(images: [[UInt8]]) -> [Result<[Float], any Error>] { [] }

  func embed(texts: [String]) throws -> [[Float]] {
    Thread.sleep(forTimeInterval: 0.0002 * Double(texts.count))
    return texts.map { text in
      var vector = [Float](repeating: 0.01, count: dimensions)
      for (place, byte) in text.utf8.enumerated() {
        vector[(Int(byte) + 7 * place) % dimensions] += Float(byte % 32)
      }
      return vector
    }
  }
}

/// A catalogue and the index that is made of it, in one directory.
struct Shop {
  static let rows = 3000
  let directory: String
  var catalogue: String { directory + "/catalogue.csv" }
  var index: String { directory + "/index" }

  private static func name(_ row: Int) -> String { "Shirt number \(row &* 7919 % 100_003)" }
  private static func colour(_ row: Int) -> String { ["red", "green", "blue", "black"][row % 4] }

  /// What the product of a row must be.
  static func attributes(_ row: Int) -> [String: Value] {
    ["name": .text(name(row)), "price": .number(Double(row % 97)), "colour": .text(colour(row))]
  }

  /// Writes the catalogue.
  func write() throws {
    var text = "id,name,price,colour\n"
    for row in 0..<Self.rows {
      text += "p\(row),\(Self.name(row)),\(row % 97),\(Self.colour(row))\n"
    }
    try Data(text.utf8).write(to: URL(fileURLWithPath: catalogue))
  }

  func open(schema: Schema = Schema()) throws -> Engine {
    if let engine = try? Engine(path: index, embedder: ByteEmbedder()) { return engine }
    return try Engine.create(
      path: index, configuration: IndexConfiguration(dimensions: 16, efConstruction: 40),
      modelFingerprint: ByteEmbedder().fingerprint, schema: schema, embedder: ByteEmbedder())
  }

  /// Takes in what the index lacks of the catalogue.
  func ingest() async throws -> IngestReport {
    var options = IngestOptions()
    options.batchSize = 100
    options.textOnly = true
    options.threads = 1
    return try await open().ingest(CatalogueSource(path: catalogue), options: options)
  }

  /// Checks the index, whatever part of the catalogue it has; returns the number of its vectors.
  func verify() throws -> Int {
    let index = try VectorIndex(environment: Environment(path: index))
    if let finding = try Inspection.findings(index).first { throw Failure(finding) }
    return try index.environment.read { (txn: borrowing ReadTransaction) in
      try index.withSnapshot(txn) { (snapshot: borrowing Snapshot) in snapshot.count }
    }
  }

  /// The first difference between two indexes of the whole catalogue.
  func difference(from other: Shop) async throws -> String? {
    let (mine, theirs) = (try open(), try other.open())
    for row in 0..<Self.rows {
      let id = "p\(row)"
      guard let product = try await mine.product(id), product == (try await theirs.product(id))
      else { return "product \(id) differs" }
      guard let vector = try await mine.vector(id), vector == (try await theirs.vector(id)) else {
        return "the vector of \(id) differs"
      }
    }
    return nil
  }
}

struct Failure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// Kills an ingestion at random moments and runs it again until it is through: the index must be
/// whole after every kill, and in the end what an undisturbed ingestion makes.
func resumeIngestion(times: Int, seed: UInt64) async throws -> Report {
  var report = Report(name: "kill -9 of an ingestion, seed \(seed)")
  var generator = SplitMix(seed: seed)
  let (directory, undisturbed) = (TemporaryDirectory(), TemporaryDirectory())
  let (shop, model) = (Shop(directory: directory.path), Shop(directory: undisturbed.path))
  for shop in [shop, model] { try shop.write() }
  _ = try Child("resume", model.directory).finish()
  var count = 0
  for round in 0..<times {
    let delay = Double.random(in: 0.03...0.6, using: &generator)
    let isDone = !(try Child("resume", shop.directory).kill(after: delay).isEmpty)
    do {
      let found = FileManager.default.fileExists(atPath: shop.index) ? try shop.verify() : 0
      if found < count { report.failures.append("round \(round): \(count) became \(found)") }
      report.count(found > count ? "with new batches" : "without")
      count = found
    } catch HNSWError.notFound where count == 0 {
      report.count("before the index was made")
    }
    guard isDone || round == times - 1 else { continue }
    _ = try Child("resume", shop.directory).finish()
    if let difference = try await shop.difference(from: model) {
      report.failures.append("round \(round): \(difference)")
    }
    report.count("ingestions brought to their end")
    try FileManager.default.removeItem(atPath: shop.index)
    count = 0
  }
  if report.counts["with new batches", default: 0] == 0 {
    report.failures.append("no batch was ever committed: nothing was shown")
  }
  return report
}
