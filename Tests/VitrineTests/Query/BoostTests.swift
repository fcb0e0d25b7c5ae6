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
    #expect(throws: FilterError.self) { try fixture.search(query) }
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
