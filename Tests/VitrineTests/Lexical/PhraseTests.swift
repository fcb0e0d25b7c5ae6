import HNSW
import Testing
import Vitrine

@Suite struct PhraseTests {
  private static let words = ["red", "reds", "light", "lamp"]
  private static let schema = Schema(attributes: [
    Attribute(name: "title", kind: .text),
    Attribute(name: "tags", kind: .keyword, isMultiValued: true),
    Attribute(name: "price", kind: .number),
  ])

  private func text(_ length: ClosedRange<Int>, _ random: inout RandomCatalogue) -> String {
    let count = Int.random(in: length, using: &random.generator)
    return (0..<count).map { _ in random.pick(Self.words) }.joined(separator: " ")
  }

  private func product(_ number: Int, _ random: inout RandomCatalogue) -> Product {
    let count = Int.random(in: 0...3, using: &random.generator)
    let tags = (0..<count).map { _ in text(1...2, &random) }
    return Product(
      id: "\(number)",
      attributes: [
        "title": .text(text(1...4, &random)), "tags": .list(tags),
        "price": .number(Double(number % 7)),
      ])
  }

  /// The values of a product, as words.
  private func values(_ product: Product) -> [[Substring]] {
    var texts = [product.attributes["title"]?.label ?? ""]
    if case .list(let tags) = product.attributes["tags"] { texts += tags }
    return texts.map { $0.split(separator: " ") }
  }

  private func has(_ phrase: String, _ product: Product) -> Bool {
    let words = phrase.split(separator: " ")
    return values(product).contains { value in
      value.indices.contains { value[$0...].starts(with: words) }
    }
  }

  /// Whether a word stands there in any form: those of this catalogue have the same stem or another first
  /// letters.
  private func hasForm(of word: String, _ product: Product) -> Bool {
    values(product).joined().contains { $0.prefix(3) == word.prefix(3) }
  }

  @Test(arguments: [91, 92] as [UInt64])
  func `phrases and exclusions permit what a look at every value does`(seed: UInt64) throws {
    var random = RandomCatalogue(seed: seed)
    var fixture = try SearchFixture(schema: Self.schema)
    try fixture.put((0..<400).map { product($0, &random) })
    for _ in 0..<150 {
      let phrases = (0..<Int.random(in: 0...2, using: &random.generator)).map { _ in
        text(1...3, &random)
      }
      let unwanted = (0..<Int.random(in: 0...2, using: &random.generator)).map { _ in
        text(2...3, &random)
      }
      let word: String? = random.flag(4) ? random.pick(Self.words) : nil
      var parts = phrases.map { "\"\($0)\"" } + unwanted.map { "-\"\($0)\"" }
      if let word { parts.append("-\(word)") }
      var query = Query(parts.joined(separator: " "))
      query.weights = BlendWeights(similarity: 0, lexical: 1)
      query.mentions = .ignore
      query.filter = random.flag() ? try Filter.parse("price < 4") : nil
      query.k = 400
      query.candidates = 400
      let filter = query.filter
      let wanted = fixture.products.values.filter { product in
        if let filter, !PlainEvaluator.matches(product, filter) { return false }
        if let word, hasForm(of: word, product) { return false }
        if unwanted.contains(where: { has($0, product) }) { return false }
        return phrases.allSatisfy { has($0, product) }
      }
      let found = try fixture.search(query, withModel: false)
      #expect(
        Set(found.hits.map(\.id)) == Set(wanted.map(\.id)), "seed \(seed): \(query.terms)")
    }
  }

  @Test func `a phrase does not go on from one value of a list to the next`() throws {
    var fixture = try SearchFixture(schema: Self.schema)
    try fixture.put([
      Product(id: "apart", attributes: ["tags": .list(["red", "lamp"])]),
      Product(id: "together", attributes: ["tags": .list(["light", "red lamp"])]),
    ])
    #expect(try fixture.search(Query("\"red lamp\"")).hits.map(\.id) == ["together"])
  }

  @Test func `a query has so many phrases and exclusions and no more`() throws {
    var fixture = try SearchFixture(schema: Self.schema)
    try fixture.put([Product(id: "a", attributes: ["title": .text("red lamp")])])
    let most = Query.Limits.phrases
    let phrases = Array(repeating: "\"red\"", count: most - 1).joined(separator: " ")
    #expect(try fixture.search(Query(phrases + " -blue")).hits.map(\.id) == ["a"])
    let error = #expect(throws: QueryError.self) {
      try fixture.search(Query(phrases + " -blue -green"))
    }
    #expect(error?.description.contains("\(most) phrases and exclusions, not \(most + 1)") == true)
  }
}
