import Foundation
import HNSW
import TestSupport
import Testing
import Vitrine

@Suite struct BoostTests {
  /// Products of which all but the last few are red shoes.
  private func fixture() throws -> SearchFixture {
    var fixture = try SearchFixture()
    let near = (0..<400).map { number in
      Product(
        id: "near\(number)",
        attributes: [
          "title": .text("red shoes number\(number)"), "brand": .text("Puma"),
          "new in": .boolean(false), "added": .date(0), "price": .number(5),
        ])
    }
    let far = (0..<5).map { number in
      Product(
        id: "far\(number)",
        attributes: [
          "title": .text("leather watch number\(number)"), "brand": .text("Nike"),
          "new in": .boolean(true), "added": .date(1_717_113_600), "price": .number(7),
        ])
    }
    try fixture.put(near + far)
    return fixture
  }

  @Test(arguments: [
    Boost("brand", .values([.text("nike")]), weight: 9),
    Boost("new in", .values([.text("true")]), weight: 9),
    Boost("new in", .values([.boolean(true)]), weight: 9),
    Boost("added", .values([.text("2024-05-31")]), weight: 9),
    Boost("price", .values([.text("7")]), weight: 9),
  ])
  func `a boost raises products from far behind`(boost: Boost) throws {
    let fixture = try fixture()
    var query = Query("red shoes")
    query.candidates = 20
    query.k = 6
    #expect(try fixture.search(query).hits.allSatisfy { $0.id.hasPrefix("near") })
    query.boosts = [boost]
    let hits = try fixture.search(query).hits.map(\.id)
    #expect(hits.prefix(5).allSatisfy { $0.hasPrefix("far") } && hits[5].hasPrefix("near"))
    query.filter = try Filter.parse("price = 5", schema: fixture.schema)
    #expect(try fixture.search(query).hits.allSatisfy { $0.id.hasPrefix("near") })
  }

  @Test(arguments: [("new in", "perhaps"), ("added", "soon"), ("price", "nan")])
  func `a boost by a value that is not of the kind is refused`(name: String, value: String) throws {
    let fixture = try fixture()
    var query = Query("red shoes")
    query.boosts = [Boost(name, .values([.text(value)]))]
    let error = #expect(throws: QueryError.self) { try fixture.search(query) }
    let words = error?.description ?? ""
    #expect(words.hasPrefix("the boost of \(name): expected "), "\(words)")
    #expect(words.hasSuffix("for \(name), found \"\(value)\""), "\(words)")
  }

  @Test func `without looks a boost raises what has few of the words`() throws {
    var fixture = try SearchFixture()
    func product(_ id: String, _ title: String, _ brand: String) -> Product {
      Product(id: id, attributes: ["title": .text(title), "brand": .text(brand)])
    }
    try fixture.put((0..<95).map { product("near\($0)", "red shoes", "Puma") })
    try fixture.put((0..<5).map { product("far\($0)", "belt for long winter shoes", "Nike") })
    try fixture.put([product("other", "leather watch", "Nike")])
    var query = Query("red shoes ")
    query.weights = BlendWeights(similarity: 0, lexical: 1)
    query.candidates = 20
    query.k = 6
    #expect(try fixture.search(query).hits.allSatisfy { $0.id.hasPrefix("near") })
    query.boosts = [Boost("brand", .values([.text("Nike")]), weight: 9)]
    let hits = try fixture.search(query).hits.map(\.id)
    #expect(hits.prefix(5).allSatisfy { $0.hasPrefix("far") } && hits[5].hasPrefix("near"))
    // Two of those that are raised are among the best in words, and come once all the same.
    query.candidates = 97
    let all = try fixture.allPages(of: query)
    #expect(all.count == 100 && Set(all).count == 100 && !all.contains("other"))
  }

  @Test(arguments: [
    Boost("added", .near(.text("2024-05"), half: 86_400 * 30), weight: 9),
    Boost("added", .near(.text("2024"), half: 86_400 * 365), weight: 9),
    Boost("ADDED", .near(2024, half: 86_400 * 365), weight: 9),
    Boost("added", .near(.date(1_717_113_600), half: 5), weight: 9),
    Boost("price", .near(.text("7"), half: 0.1), weight: 9),
    Boost("price", .near(7, half: 0.1), weight: 9),
  ])
  func `the kind of an attribute says what near it is read as`(boost: Boost) throws {
    let fixture = try fixture()
    var query = Query("red shoes")
    query.candidates = 405
    query.k = 6
    let decoded = try JSONDecoder().decode(Boost.self, from: try JSONEncoder().encode(boost))
    for boost in [boost, decoded] {
      query.boosts = [boost]
      let hits = try fixture.search(query).hits.map(\.id)
      #expect(hits.prefix(5).allSatisfy { $0.hasPrefix("far") } && hits[5].hasPrefix("near"))
    }
  }

  @Test func `near a date is near the seconds that it stands for, and a year is one`() throws {
    let fixture = try fixture()
    func hits(_ target: Value) throws -> [Hit] {
      var query = Query("red shoes")
      query.boosts = [Boost("added", .near(target, half: 86_400), weight: 1)]
      return try fixture.search(query).hits
    }
    let wanted = try hits(.text("2024-01-01"))
    #expect(try hits(.number(1_704_067_200)) == wanted)
    #expect(try hits(.number(2024)) == wanted && hits(.text("2024")) == wanted)
  }

  @Test func `near a target of another kind is refused`() throws {
    let fixture = try fixture()
    let cases: [(name: String, target: Value, words: String)] = [
      ("price", .text("2024-05-31"), "a number, found \"2024-05-31\""),
      ("price", .date(0), "a number, found \"1970-01-01T00:00:00Z\""),
      ("price", .text("nan"), "a number, found \"nan\""),
      ("added", .number(12), "a date such as 2024-05-31, found \"12\""),
      ("added", .text("soon"), "a date such as 2024-05-31, found \"soon\""),
      ("added", .boolean(true), "a date such as 2024-05-31, found \"true\""),
    ]
    for (name, target, words) in cases {
      var query = Query("red shoes")
      query.boosts = [Boost(name, .near(target, half: 5))]
      #expect(throws: QueryError.invalid("the boost of \(name): expected near \(words)")) {
        try fixture.search(query)
      }
    }
  }

  @Test(arguments: [#""soon""#, "true", #"["2024"]"#, "null"])
  func `near in JSON is a number or a date`(near: String) {
    let json = #"{"attribute": "added", "half": 5, "near": \#(near)}"#
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(Boost.self, from: Data(json.utf8))
    }
  }

  @Test func `a sort of as many as can be ranked does not advise to rank more`() throws {
    var fixture = try SearchFixture(dimensions: 4)
    let most = Query.Limits.candidates
    let model = fixture.model
    for start in stride(from: 0, to: most + 1, by: 5000) {
      let numbers = start..<min(most + 1, start + 5000)
      let products = numbers.map { number in
        Product(
          id: "\(number)", attributes: ["title": .text("red"), "price": .number(Double(number))])
      }
      try fixture.put(products, vectors: products.map { model.vector($0.id) })
    }
    var query = Query("red ")
    query.weights = BlendWeights(similarity: 0, lexical: 1)
    query.candidates = most
    query.sort = [SortKey("price")]
    let notes = try fixture.search(query).notes
    #expect(
      notes == [
        "only the \(most) best are in this order; a filter or a cut-off leaves fewer to be ordered"
      ])
  }

  @Test
  func `a sort orders the candidates, whatever else is counted, and says that these are not all`()
    throws
  {
    let fixture = try fixture()
    var query = Query("red shoes")
    query.candidates = 30
    query.sort = [SortKey("price", descending: true)]
    let plain = try fixture.search(query)
    query.facets = [FacetRequest("brand")]
    let counted = try fixture.search(query)
    #expect(plain.hits.map(\.id) == counted.hits.map(\.id))
    #expect(plain.hits.allSatisfy { $0.id.hasPrefix("near") })
    for answer in [plain, counted] {
      #expect(answer.notes == ["only the 30 best are in this order; raise candidates for more"])
    }
  }

  @Test func `a search that only looks away has an order`() async throws {
    let directory = TemporaryDirectory()
    let engine = try Engine.create(
      path: directory.path, configuration: IndexConfiguration(dimensions: 16),
      modelFingerprint: "words-16", embedder: WordModel(dimensions: 16))
    var random = SplitMix(seed: 5)
    try await engine.upsert(
      (0..<300).map { number in
        let vector = (0..<16).map { _ in Float.random(in: -1...1, using: &random) }
        return (Product(id: "\(number)"), vector)
      })
    _ = try await engine.calibrate()
    var query = Query()
    query.terms = [.product("7", weight: -1)]
    query.exact = true
    query.k = 20
    let hits = try await engine.search(query).hits
    let away = try #require(try await engine.vector("7"))
    var similarities: [Float] = []
    for hit in hits {
      let vector = try #require(try await engine.vector(hit.id))
      similarities.append(zip(vector, away).reduce(0) { $0 + $1.0 * $1.1 })
    }
    #expect(similarities == similarities.sorted())
    #expect(Set(hits.map(\.score)).count == 20)
    withExtendedLifetime(directory) {}
  }
}
