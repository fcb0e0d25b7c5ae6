import Foundation
import Testing
import Vitrine

@Suite struct ResultTests {
  private func fixture(_ count: Int, seed: UInt64) throws -> SearchFixture {
    var random = RandomCatalogue(seed: seed)
    var fixture = try SearchFixture()
    let products = (0..<count).map { random.product(id: "p\($0)") }
    try fixture.put(
      products,
      vectors: products.map { _ in
        (0..<16).map { _ in Float.random(in: -1...1, using: &random.generator) }
      })
    return fixture
  }

  private func values(_ product: Product, _ attribute: String) -> [String] {
    switch product.attributes[attribute] {
    case .list(let items): Array(Set(items.map(folded)))
    case .some(let value): [folded(value.label ?? "")]
    case nil: []
    }
  }

  private func folded(_ text: String) -> String {
    text.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil)
  }

  @Test(arguments: Fusion.allCases, [false, true])
  func `products that are looked for are left out, over all pages`(
    fusion: Fusion, exact: Bool
  ) throws {
    let fixture = try fixture(300, seed: 71)
    var query = Query()
    query.terms = [.product("p7"), .product("p9", weight: 0.5), .product("p11", weight: -0.2)]
    query.fusion = fusion
    query.exact = exact
    query.candidates = 40
    let found = try fixture.allPages(of: query)
    #expect((40...42).contains(Set(found).count) && !found.contains("p7") && !found.contains("p9"))
    if exact { #expect(found == (try nearest(found.count, to: query, in: fixture))) }
    query.facets = [FacetRequest("brand")]
    #expect(try fixture.search(query).facets?.first?.relevant == 298)
  }

  private func nearest(
    _ count: Int, to query: Query, in fixture: borrowing SearchFixture
  ) throws -> [String] {
    var vectors = try fixture.vectors().mapValues(WordModel.unit)
    var sum = [Float](repeating: 0, count: 16)
    for case (.product(let id), let weight) in query.terms.map({ ($0.subject, $0.weight) }) {
      sum = zip(sum, vectors[id] ?? []).map { $0 + weight * $1 }
      if weight > 0 { vectors[id] = nil }
    }
    return vectors.map { ($0.key, SearchFixture.dot($0.value, sum)) }.sorted { $0.1 > $1.1 }
      .prefix(count).map(\.0)
  }

  @Test(arguments: [61, 62] as [UInt64])
  func `exact facets equal brute force`(seed: UInt64) throws {
    let fixture = try fixture(600, seed: seed)
    var random = RandomCatalogue(seed: seed + 1)
    for round in 0..<20 {
      var query = Query(round.isMultiple(of: 3) ? nil : random.pick(RandomCatalogue.words))
      query.filter = random.filter()
      query.cutoff = round.isMultiple(of: 2) ? 0.4 : nil
      query.facets = ["brand", "colour", "new in", "price", "added"].map {
        FacetRequest($0, limit: 100)
      }
      query.k = 600
      query.candidates = 600
      let response = try fixture.search(query)
      let relevant = response.hits.compactMap { fixture.products[$0.id] }
      let facets = try #require(response.facets)
      #expect(facets.allSatisfy { $0.exact && $0.relevant == relevant.count }, "seed \(seed)")
      for facet in facets {
        let counts = Dictionary(
          relevant.flatMap { values($0, facet.attribute) }.map { ($0, 1) }, uniquingKeysWith: +)
        #expect(facet.distinct == counts.count, "seed \(seed), \(facet.attribute)")
        if let listed = facet.values {
          let found = listed.map { (folded($0.value.label ?? ""), $0.count) }
          #expect(Dictionary(uniqueKeysWithValues: found) == counts)
          #expect(listed.map(\.count) == listed.map(\.count).sorted(by: >))
        } else {
          let total = facet.histogram?.reduce(0) { $0 + $1.count }
          #expect(total == counts.values.reduce(0, +))
        }
      }
    }
  }

  @Test func `histograms count every number once`() throws {
    var fixture = try SearchFixture()
    try fixture.put(
      (0...100).map { Product(id: "\($0)", attributes: ["price": .number(Double($0))]) })
    var query = Query()
    query.facets = [FacetRequest("price", limit: 4)]
    let bars = try #require(try fixture.search(query).facets?.first?.histogram)
    #expect(bars.map(\.count) == [25, 25, 25, 26])
    #expect(bars.map(\.from) == [0, 25, 50, 75].map { .number($0) })
    #expect(bars.last?.to == .number(100))
  }

  @Test func `facets of words alone count those that have them`() throws {
    let fixture = try fixture(300, seed: 63)
    var query = Query("red")
    query.facets = [FacetRequest("brand")]
    #expect(try fixture.search(query).facets?.first?.exact == true)
    query.weights.similarity = 0
    let lexical = try fixture.search(query)
    #expect(lexical.facets?.first?.exact == true)
    #expect(lexical.facets?.first?.relevant ?? 300 < 300)
  }

  @Test func `the cutoff keeps what scores enough`() throws {
    let fixture = try fixture(300, seed: 64)
    var query = Query("red summer dress")
    query.k = 300
    query.candidates = 300
    let all = try fixture.search(query).hits
    let middle = all[100].score
    query.cutoff = middle
    let kept = try fixture.search(query).hits
    #expect(kept.map(\.id) == all.filter { $0.score >= middle }.map(\.id))
  }

  @Test func `groups keep the best of each value`() throws {
    let fixture = try fixture(300, seed: 65)
    var query = Query("red summer dress")
    query.k = 300
    query.candidates = 300
    let all = try fixture.search(query).hits
    query.group = Grouping(by: "brand", size: 2)
    var seen: [String: Int] = [:]
    let expected = all.filter { hit in
      guard let brand = hit.attributes["brand"]?.label else { return true }
      seen[folded(brand), default: 0] += 1
      return seen[folded(brand), default: 0] <= 2
    }
    #expect(try fixture.search(query).hits.map(\.id) == expected.map(\.id))
  }

  @Test func `diversity prefers the unlike`() throws {
    var fixture = try SearchFixture(dimensions: 64)
    let twins = (0..<5).map { Product(id: "t\($0)", attributes: ["title": .text("red shoes")]) }
    try fixture.put(twins + [Product(id: "other", attributes: ["title": .text("red dress")])])
    var query = Query("red shoes")
    query.weights = BlendWeights(similarity: 1, lexical: 0, mention: 0)
    query.k = 2
    #expect(try fixture.search(query).hits.contains { $0.id == "other" } == false)
    query.diversity = 0.2
    #expect(try fixture.search(query).hits.map(\.id) == ["t0", "other"])
    query.diversity = 1
    #expect(try fixture.search(query).hits.map(\.id) == ["t0", "t1"])
  }

  @Test func `pages neither repeat nor skip`() throws {
    let fixture = try fixture(130, seed: 67)
    var query = Query("red dress")
    query.k = 130
    let all = try fixture.search(query).hits.map(\.id)
    query.k = 7
    #expect(try fixture.allPages(of: query) == all)
  }

  @Test func `a cursor belongs to its query and snapshot`() throws {
    var fixture = try fixture(50, seed: 68)
    var query = Query("red dress")
    let cursor = try #require(try fixture.search(query).cursor)
    query.cursor = cursor
    query.k = 11
    #expect(throws: QueryError.invalidCursor) { try fixture.search(query) }
    query.k = 10
    query.explain = true
    #expect(try fixture.search(query).hits.count == 10)
    query.cursor = "no cursor"
    #expect(throws: QueryError.invalidCursor) { try fixture.search(query) }
    try fixture.put([Product(id: "new")])
    query.cursor = cursor
    #expect(throws: QueryError.cursorExpired) { try fixture.search(query) }
  }

  @Test func `senseless queries are refused`() throws {
    var fixture = try SearchFixture()
    try fixture.put(Samples.products)
    func refuses<Refusal: Error>(
      _ refusal: Refusal.Type = QueryError.self, _ change: (inout Query) -> Void
    ) {
      var query = Query("red")
      change(&query)
      #expect(throws: refusal) { try fixture.search(query) }
    }
    refuses { $0.k = 0 }
    refuses { $0.k = 1_000_000 }
    refuses { $0.candidates = 0 }
    refuses { $0.ef = -1 }
    refuses { $0.weights = BlendWeights(similarity: 0, lexical: 0) }
    refuses { $0.weights.similarity = .nan }
    refuses { $0.weights = BlendWeights(similarity: 3e38, lexical: 3e38) }
    refuses { $0.weights.mention = -2e6 }
    refuses { $0.terms[0].weight = .infinity }
    refuses { $0.terms[0].weight = 2e6 }
    refuses { $0.boosts = [Boost("price", .popularity, weight: -2e6)] }
    refuses { $0.fieldWeights = FieldWeights(["title": 3e38]) }
    refuses(VitrineError.self) { $0.terms = [.vector([1, 2, 3])] }
    refuses { $0.terms = [.vector(Array(repeating: .nan, count: 16))] }
    refuses { $0.terms = [.vector(Array(repeating: 0, count: 16))] }
    refuses { $0.terms = [.vector(Array(repeating: .leastNonzeroMagnitude, count: 16))] }
    refuses { $0.terms = [.text("red", weight: 1e-3), .text("red", weight: -1e-3)] }
    refuses(VitrineError.self) { $0.terms = [.product("nobody")] }
    refuses { $0.diversity = 2 }
    refuses { $0.group = Grouping(by: "nothing") }
    refuses { $0.sort = [SortKey("title")] }
    refuses { $0.facets = [FacetRequest("title")] }
    refuses { $0.facets = [FacetRequest("brand", limit: 0)] }
    refuses { $0.facets = [FacetRequest("brand", limit: .max)] }
    refuses { $0.boosts = [Boost("brand", .popularity)] }
    refuses { $0.boosts = [Boost("price", .near(1, half: 0))] }
    refuses(FilterError.self) {
      $0.filter = .compare(attribute: "price", .less, .text("cheap"))
    }
    refuses { $0.terms = Array(repeating: .text("a"), count: 65) }
  }

  @Test func `scores of the greatest weights are numbers`() throws {
    var fixture = try SearchFixture()
    try fixture.put(
      [0, 1e-20, 1e300].map { Product(id: "\($0)", attributes: ["price": .number($0)]) })
    let most = Float(Query.Limits.weight)
    var query = Query("red")
    query.weights = BlendWeights(similarity: most, lexical: most, mention: most)
    query.boosts = [
      Boost("price", .popularity, weight: most), Boost("price", .near(0, half: 1e-300)),
    ]
    #expect(try fixture.search(query).hits.map(\.score.isFinite) == [true, true, true])
    // The greatest number is hardly more than none: its share is 1 all the same.
    try fixture.put([Product(id: "\(1e300)")])
    query.boosts = [Boost("price", .popularity)]
    query.explain = true
    let hits = try fixture.search(query).hits
    let shares = hits.map { ($0.id, $0.explain?.last?.value) }
    #expect(shares.first { $0.0 == "1e-20" }?.1 == 1)
    #expect(shares.first { $0.0 == "0.0" }?.1 == 0)
  }

  @Test func `an empty index answers with nothing`() throws {
    let fixture = try SearchFixture()
    var query = Query("red")
    query.facets = [FacetRequest("brand"), FacetRequest("price")]
    let response = try fixture.search(query)
    #expect(response.hits.isEmpty)
    #expect(response.facets?.allSatisfy { $0.distinct == 0 } == true)
  }
}
