import Foundation
import Vitrine

/// BM25 over weighted fields as the formula says it, product by product: the oracle. Its tokens
/// are cut at blanks and its stems are a table, so that it shares nothing with the index.
struct PlainBM25 {
  static let stems = [
    "running": "run", "runs": "run", "shoe": "shoe", "shoes": "shoe", "dress": "dress",
    "summer": "summer", "red": "red", "light": "light", "café": "cafe", "cotton": "cotton",
    "t-shirt": "tshirt", "men's": "men", "watch": "watch", "leather": "leather",
    "classic": "classic", "blue": "blue", "nike": "nike", "puma": "puma",
  ]

  private let fields: [(name: String, weight: Double)]
  /// The terms by id and field.
  private let terms: [String: [[String]]]
  private let means: [Double]
  /// How many products have a term.
  private let counts: [String: Int]
  private let k1 = 1.2, b = 0.6

  init(products: [String: Product], fields: [(name: String, weight: Double)]) {
    self.fields = fields
    let terms = products.mapValues { product in
      fields.map { Self.terms(product.attributes[$0.name]?.label ?? "") }
    }
    self.terms = terms
    means = fields.indices.map { field in
      let lengths = terms.values.map { $0[field].count }.filter { $0 > 0 }
      return Double(lengths.reduce(0, +)) / Double(lengths.count)
    }
    counts = Dictionary(
      terms.values.flatMap { Set($0.joined()) }.map { ($0, 1) }, uniquingKeysWith: +)
  }

  private static func terms(_ text: String) -> [String] {
    text.lowercased().split(separator: " ").map { stems[String($0)] ?? String($0) }
  }

  func score(_ words: [String], _ id: String) -> Double {
    words.reduce(0) { $0 + score(word: Self.stems[$1] ?? $1, terms[id] ?? []) }
  }

  private func score(word: String, _ product: [[String]]) -> Double {
    let n = Double(counts[word] ?? 0)
    let idf = log(1 + (Double(terms.count) - n + 0.5) / (n + 0.5))
    var frequency = 0.0
    for (field, terms) in product.enumerated() {
      let count = Double(terms.count { $0 == word })
      guard count > 0 else { continue }
      let length = 1 - b + b * Double(terms.count) / means[field]
      frequency += fields[field].weight * count / length
    }
    return idf * (k1 + 1) * frequency / (k1 + frequency)
  }
}
