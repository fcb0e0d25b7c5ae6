import BenchSupport
import CLIP
import Foundation
import HNSW
import LMDB
import Vitrine

/// Measures what a search costs in the engine beyond the search among vectors.
///
///     SearchBench INDEX MODEL
///
/// The index is of the catalogue that `Tools/bench/quality` describes. Searches are made from facts
/// of its products ("women blue casual shirts"), and asked one at a time. Each is asked twice and
/// the second time counts, so that its text is in the model's cache and the index in memory.
@main
struct SearchBench {
  static func main() async {
    do {
      try await run()
    } catch {
      FileHandle.standardError.write(Data("SearchBench: \(error)\n".utf8))
      exit(1)
    }
  }

  private static func run() async throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3 else {
      FileHandle.standardError.write(Data("SearchBench INDEX MODEL\n".utf8))
      exit(64)
    }
    let model = ModelEmbedder(try CLIPModel(directory: arguments[2]))
    let texts = try await searchTexts(of: arguments[1])
    let vectors = try model.embed(texts: texts)
    print("| search | median ms | processor ms | way |\n|---|---|---|---|")
    try measureVectors(vectors, in: arguments[1])
    let engine = try Engine(path: arguments[1], embedder: model)
    for row in Row.all {
      let queries = try zip(texts, vectors).map { try row.query($0, $1, try engine.schema) }
      try await measure(row.name, queries) { try await engine.search($0).path }
    }
    try await measure("a text that is new to the model, its vector alone", texts) { text in
      _ = try model.embed(texts: ["\(text) \(UInt64.random(in: 0..<1_000_000))"])
      return ""
    }
  }

  /// A hundred searches, from products far apart.
  private static func searchTexts(of path: String) async throws -> [String] {
    var all = Query()
    all.k = 5000
    all.candidates = 5000
    let hits = try await Engine(path: path).search(all).hits
    return stride(from: 0, to: hits.count, by: max(1, hits.count / 100)).prefix(100).map { place in
      ["gender", "baseColour", "usage", "articleType"]
        .compactMap { hits[place].attributes[$0]?.label }.joined(separator: " ").lowercased()
    }
  }

  /// The vector index below the engine, for comparison.
  private static func measureVectors(_ vectors: [[Float]], in path: String) throws {
    let index = try VectorIndex(environment: Environment(path: path))
    for (k, ef) in [(10, 64), (200, 200)] {
      var times = Times()
      for vector in vectors + vectors {
        let start = ContinuousClock.now
        let way = try index.environment.read { (txn: borrowing ReadTransaction) in
          try index.withSnapshot(txn) { (snapshot: borrowing Snapshot) in
            try snapshot.search(vector.span, k: k, ef: ef).path.rawValue
          }
        }
        times.add(.now - start, way)
      }
      times.printRow("vectors alone, k = \(k), ef = \(ef)")
    }
  }

  private static func measure<Input: Sendable>(
    _ name: String, _ inputs: [Input], _ work: @Sendable (Input) async throws -> String
  ) async throws {
    var times = Times()
    for input in inputs + inputs {
      let start = ContinuousClock.now
      let way = try await work(input)
      times.add(.now - start, way)
    }
    times.printRow(name)
  }
}

/// How long each of several pieces of work took. The first half of them only warms up.
private struct Times {
  private var milliseconds: [Double] = []
  private var processor: [Double] = []
  private var ways: [String: Int] = [:]

  mutating func add(_ time: Duration, _ way: String) {
    milliseconds.append(time / .milliseconds(1))
    processor.append(ProcessTime.processor * 1000)
    ways[way, default: 0] += 1
  }

  func printRow(_ name: String) {
    let half = milliseconds.count / 2
    let median = milliseconds.suffix(half).sorted()[half / 2]
    let mean = (processor[2 * half - 1] - processor[half - 1]) / Double(half)
    let way = ways.max { $0.value < $1.value }?.key ?? ""
    print(String(format: "| %@ | %.3f | %.3f | %@ |", name, median, mean, way))
  }
}

/// A kind of query that is measured.
private struct Row {
  let name: String
  private let filter: String?
  private let change: (inout Query, _ text: String, _ vector: [Float]) -> Void

  init(
    _ name: String, filter: String? = nil,
    _ change: @escaping (inout Query, _ text: String, _ vector: [Float]) -> Void
  ) {
    (self.name, self.filter, self.change) = (name, filter, change)
  }

  func query(_ text: String, _ vector: [Float], _ schema: Schema) throws -> Query {
    var query = Query()
    query.filter = try filter.map { try Filter.parse($0, schema: schema) }
    change(&query, text, vector)
    return query
  }

  static var all: [Row] {
    [
      Row("a vector") { query, _, vector in query.terms = [.vector(vector)] },
      Row("a vector, price < 3000", filter: "price < 3000") { query, _, vector in
        query.terms = [.vector(vector)]
      },
      Row("a vector, brand and price", filter: "brandName = Puma and price < 3000") {
        query, _, vector in query.terms = [.vector(vector)]
      },
      Row("a vector, compared with all") { query, _, vector in
        query.terms = [.vector(vector)]
        query.exact = true
      },
      Row("words alone") { query, text, _ in
        query.terms = [.text(text)]
        query.weights = BlendWeights(similarity: 0, lexical: 1)
      },
      Row("a text, by looks and words") { query, text, _ in query.terms = [.text(text)] },
      Row("a text, price < 3000", filter: "price < 3000") { query, text, _ in
        query.terms = [.text(text)]
      },
      Row("a text, brand and price", filter: "brandName = Puma and price < 3000") {
        query, text, _ in query.terms = [.text(text)]
      },
      Row("a text, three facets") { query, text, _ in
        query.terms = [.text(text)]
        query.facets = ["brandName", "baseColour", "price"].map { FacetRequest($0) }
      },
      Row("a text, varied and grouped by brand") { query, text, _ in
        query.terms = [.text(text)]
        query.diversity = 0.7
        query.group = Grouping(by: "brandName")
      },
      Row("no words, by price", filter: "brandName = Puma") { query, _, _ in
        query.sort = [SortKey("price")]
      },
    ]
  }
}
