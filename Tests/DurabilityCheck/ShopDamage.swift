import Foundation
import HNSW
import LMDB
import TestSupport
import Vitrine

extension Shop {
  /// Opens, verifies and reads every product; then filters and searches words, verified or not.
  func inspect() async {
    say((await verdict()).line)
    try? searchRegardless()
  }

  private func verdict() async -> Verdict {
    do {
      do {
        let index = try VectorIndex(environment: Environment(path: index))
        if let finding = try Inspection.findings(index).first { return .found(finding) }
      }
      let engine = try Engine(path: index)
      var changed = 0
      for row in 0..<Self.rows {
        guard try await engine.vector("p\(row)") != nil else { return .wrong("p\(row) is missing") }
        let product = try await engine.product("p\(row)")
        if product?.attributes != Self.attributes(row) { changed += 1 }
      }
      return .sound(batches: changed)
    } catch {
      return .refused("\(error)".split(separator: "\n").joined(separator: " "))
    }
  }

  /// Reads everything that filters and words read; whatever comes, but no crash.
  private func searchRegardless() throws {
    let schema = try Engine(path: index).schema
    let filters = [
      "colour = red and price < 50", "price >= 10 or not colour in (green, blue)",
      "name = \"Shirt*\"", "exists price", "price != 7",
    ]
    let environment = try Environment(path: index)
    // Words are searched in a snapshot of the vectors, filters read without one.
    let vectors = try? VectorIndex(environment: environment)
    try environment.read { (txn: borrowing ReadTransaction) in
      guard let store = try ProductStore(in: txn, schema: schema) else { return }
      for text in filters {
        guard let filter = try? Filter.parse(text, schema: schema) else { continue }
        _ = try? store.evaluate(filter, in: txn)
      }
      _ = try? vectors?.withSnapshot(txn) { snapshot in
        for text in ["shirt", "number 1234 -red", "\"shirt number\" 99", "colr"] {
          _ = try? Search.answer(try Self.byWords(text), store: store, snapshot, txn)
        }
      }
    }
  }

  private static func byWords(_ text: String) throws -> Search.Prepared {
    var query = Query(text)
    query.weights = BlendWeights(similarity: 0, lexical: 1)
    query.explain = true
    return try Search.prepare([query], nil)
  }
}

/// Flips single bits of a whole index of products. Values that carry no checksum may come back
/// changed; vectors, which do, may not, and nothing may crash.
func flipShopBits(count: Int, seed: UInt64) throws -> Report {
  var report = Report(name: "flipped bit of a catalogue's index, seed \(seed)")
  var generator = SplitMix(seed: seed)
  let (source, directory) = (TemporaryDirectory(), TemporaryDirectory())
  let (original, damaged) = (Shop(directory: source.path), Shop(directory: directory.path))
  try original.write()
  _ = try Child("resume", original.directory).finish()
  try Environment(path: original.index).copy(to: damaged.index, compact: true)
  let file = try DamagedFile(of: damaged.index)
  for number in 0..<count {
    let (page, bit) = file.randomBit(inTree: number % 2 == 1, using: &generator)
    try file.flip(page: page, bit: bit)
    let (lines, signal) = try Child("inspect-shop", damaged.directory).finish()
    switch lines.first.map(Verdict.init) {
    case _ where signal != nil:
      report.failures.append("page \(page), bit \(bit): signal \(signal ?? 0)")
    case .sound(0): report.count("without effect")
    case .sound: report.count("a changed value of a product, unnoticed")
    case .refused: report.count("refused")
    case .found: report.count("found by verify")
    case let verdict:
      report.failures.append("page \(page), bit \(bit): \(verdict?.line ?? "no answer")")
    }
  }
  return report
}
