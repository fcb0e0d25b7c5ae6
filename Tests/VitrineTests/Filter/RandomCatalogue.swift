import TestSupport
import Vitrine

/// Random products and filters over a small vocabulary, so that filters often match.
struct RandomCatalogue {
  static let schema = Schema(attributes: [
    Attribute(name: "title", kind: .text),
    Attribute(name: "brand", kind: .keyword),
    Attribute(name: "colour", kind: .keyword, isMultiValued: true),
    Attribute(name: "price", kind: .number),
    Attribute(name: "new in", kind: .boolean),
    Attribute(name: "added", kind: .date),
  ])
  static let brands = [
    "Nike", "Nikon", "NIKE", "Puma", "Été", "ete", "Levi's", "New Balance", "in",
  ]
  static let colours = ["Red", "red", "Blue", "Navy Blue", "Blück", "\"odd\" \\one", "a,b", "x*"]
  static let words = [
    "running", "runs", "shoe", "shoes", "dress", "summer", "red", "light", "café", "cotton",
    "t-shirt", "men's", "watch", "leather", "classic",
  ]
  static let times: [Int64] = [0, 86_399, 86_400, 1_717_113_600, 1_717_200_000, -1, -86_400]

  var generator: SplitMix

  init(seed: UInt64) { generator = SplitMix(seed: seed) }

  mutating func flag(_ oneIn: Int = 2) -> Bool { Int.random(in: 0..<oneIn, using: &generator) == 0 }

  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int.random(in: 0..<elements.count, using: &generator)]
  }

  mutating func number() -> Double {
    pick([-3, -0.5, 0, 0.25, 1, 2, 99.5, 1e9, Double(Int.random(in: 0..<20, using: &generator))])
  }

  mutating func product(id: String) -> Product {
    var attributes: [String: Value] = [:]
    let length = Int.random(in: 0..<6, using: &generator)
    if length > 0 {
      attributes["title"] = .text((0..<length).map { _ in pick(Self.words) }.joined(separator: " "))
    }
    if !flag(4) { attributes["brand"] = .text(pick(Self.brands)) }
    if !flag(4) {
      attributes["colour"] = .list(
        (0..<Int.random(in: 0..<3, using: &generator)).map { _ in pick(Self.colours) })
    }
    if !flag(4) { attributes["price"] = .number(number()) }
    if !flag(4) { attributes["new in"] = .boolean(flag()) }
    if !flag(4) { attributes["added"] = .date(pick(Self.times)) }
    return Product(id: id, image: flag() ? "\(id).jpg" : nil, attributes: attributes)
  }

  /// - Parameter sizes: how many conditions `and` and `or` have; from 0, lists may be empty as well.
  mutating func filter(depth: Int = 3, sizes: ClosedRange<Int> = 2...3) -> Filter {
    if depth > 0, flag() {
      let parts = (0..<Int.random(in: sizes, using: &generator)).map { _ in
        filter(depth: depth - 1, sizes: sizes)
      }
      return pick([.and(parts), .or(parts), .not(parts.first ?? .or([]))])
    }
    if sizes.contains(0), flag(8) {
      return .oneOf(attribute: pick(Self.schema.attributes).name, [])
    }
    switch Int.random(in: 0..<6, using: &generator) {
    case 0: return .exists(attribute: pick(Self.schema.attributes).name)
    case 1: return .prefix(attribute: "brand", pick(["N", "nik", "é", "New B", "zz", ""]))
    case 2:
      return pick([
        .compare(attribute: "brand", pick([.equal, .notEqual]), .text(pick(Self.brands))),
        .compare(attribute: "colour", pick([.equal, .notEqual]), .text(pick(Self.colours))),
        .compare(attribute: "new in", pick([.equal, .notEqual]), .boolean(flag())),
      ])
    case 3:
      return pick([
        .oneOf(attribute: "brand", [.text(pick(Self.brands)), .text(pick(Self.brands))]),
        .oneOf(attribute: "price", [.number(number()), .number(number())]),
      ])
    case 4:
      return pick([
        .between(attribute: "price", .number(number()), .number(number())),
        .between(attribute: "added", .date(pick(Self.times)), .date(pick(Self.times))),
      ])
    default:
      let comparison = pick(Filter.Comparison.allCases)
      return pick([
        .compare(attribute: "price", comparison, .number(number())),
        .compare(attribute: "added", comparison, .date(pick(Self.times))),
      ])
    }
  }
}
