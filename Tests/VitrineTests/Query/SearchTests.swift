import Foundation
import TestSupport
import Testing
import Vitrine

@Suite struct SearchTests {
  @Test func `explanations add up to the score`() throws {
    var fixture = try SearchFixture()
    try fixture.put(Samples.products)
    for fusion in Fusion.allCases {
      var query = Query("red nike shoes")
      query.terms.append(.product("s3", weight: -0.3))
      query.explain = true
      query.fusion = fusion
      query.boosts = [
        Boost("price", .near(100, half: 50), weight: 0.2), Boost("price", .popularity),
        Boost("brand", .values([.text("puma")]), weight: -0.1),
      ]
      let response = try fixture.search(query)
      #expect(response.hits.count == Samples.products.count)
      for hit in response.hits {
        let parts = try #require(hit.explain)
        #expect(parts.count == 7)
        #expect(parts.reduce(0) { $0 + $1.score } == hit.score)
        #expect(parts.allSatisfy { $0.score == $0.value * $0.weight })
        #expect(parts.allSatisfy { (0...1).contains($0.value) })
      }
      #expect(response.plan?.distances ?? 0 > 0)
      // Five products: a scan is expected to cost less than a walk, and is taken.
      let estimate = try #require(response.plan?.estimate)
      #expect(estimate.scan == 5 && estimate.walk > estimate.scan && response.path == "scan")
      #expect(response.hits == response.hits.sorted { $0.score > $1.score })
    }
  }

  @Test func `words find what looks miss`() throws {
    var fixture = try SearchFixture()
    // All the same look: only the words can tell.
    try fixture.put(
      Samples.products, vectors: Samples.products.map { _ in fixture.model.vector("x") })
    #expect(try fixture.search(Query("blue dress")).hits.first?.id == "s2")
    #expect(try fixture.search(Query("puma")).hits.first?.id == "s1")
  }

  @Test func `a query needs no model for words vectors and products`() throws {
    var fixture = try SearchFixture()
    try fixture.put(Samples.products)
    let words = try fixture.search(Query("shoes"), withModel: false)
    #expect(Set(words.hits.map(\.id)) == ["s0", "s1"])
    var query = Query()
    query.terms = [.product("s2")]
    let others = try fixture.search(query, withModel: false).hits
    #expect(Set(others.map(\.id)) == ["s0", "s1", "s3", "s4"])
    query.terms = [.vector(fixture.model.vector("blue summer dress"))]
    #expect(try fixture.search(query, withModel: false).hits.first?.id == "s2")
    query.terms = [.image(Array("blue".utf8))]
    #expect(throws: VitrineError.noEmbedder(operation: "searching by a photograph")) {
      try fixture.search(query, withModel: false)
    }
    query.terms = [.text("red"), .text("shoes", weight: -1)]
    #expect(throws: VitrineError.self) { try fixture.search(query, withModel: false) }
  }

  @Test func `terms add up and negative ones look away`() throws {
    var fixture = try SearchFixture(dimensions: 64)
    try fixture.put(
      ["red shoes", "blue shoes", "red dress", "blue dress"].map {
        Product(id: $0, attributes: ["title": .text($0)])
      })
    var query = Query()
    query.weights = BlendWeights(similarity: 1, lexical: 0)
    query.terms = [.product("red shoes"), .text("dress"), .text("shoes", weight: -1)]
    #expect(try fixture.search(query).hits.first?.id == "red dress")
    query.terms = [.image(Array("blue".utf8)), .image(Array("shoes".utf8))]
    #expect(try fixture.search(query).hits.first?.id == "blue shoes")
    query.terms = [.text("red"), .text("red", weight: -1)]
    #expect(throws: QueryError.self) { try fixture.search(query) }
  }

  @Test func `named values boost or filter on request`() throws {
    var fixture = try SearchFixture()
    try fixture.put(
      Samples.products, vectors: Samples.products.map { _ in fixture.model.vector("x") })
    var query = Query("new balance navy blues")
    query.weights = BlendWeights(similarity: 1, lexical: 0)
    #expect(try fixture.search(query).hits.first?.id == "s4")
    query.mentions = .filter
    #expect(try fixture.search(query).hits.map(\.id) == ["s4"])
    query.mentions = .ignore
    #expect(Set(try fixture.search(query).hits.map(\.score)).count == 1)
  }

  @Test func `a name may be a value of any attribute`() throws {
    let schema = Schema(attributes: [
      Attribute(name: "title", kind: .text), Attribute(name: "colour", kind: .keyword),
      Attribute(name: "second colour", kind: .keyword), Attribute(name: "type", kind: .keyword),
    ])
    var fixture = try SearchFixture(schema: schema)
    let rows = [
      ("a", "Red", "White", "Shoes"), ("b", "Blue", "Red", "Shoes"), ("c", "Red", "Blue", "Dress"),
      ("d", "White", "White", "Shoes"),
    ]
    try fixture.put(
      rows.map { id, colour, second, type in
        Product(
          id: id,
          attributes: [
            "colour": .text(colour), "second colour": .text(second), "type": .text(type),
          ])
      })
    var query = Query("red shoes")
    query.mentions = .filter
    #expect(try Set(fixture.search(query).hits.map(\.id)) == ["a", "b"])
    query = Query("red or white shoe ")
    query.mentions = .filter
    #expect(try Set(fixture.search(query).hits.map(\.id)) == ["a", "b", "d"])
    query.mentions = .boost
    query.explain = true
    let parts = try #require(try fixture.search(query).hits.first?.explain).map(\.part)
    #expect(parts == ["similarity", "lexical", "names Red, White", "names Shoes"])
  }

  @Test func `a function word is no name, unless nothing else is asked for`() throws {
    let schema = Schema(attributes: [
      Attribute(name: "title", kind: .text), Attribute(name: "brand", kind: .keyword),
      Attribute(name: "colour", kind: .keyword),
    ])
    var fixture = try SearchFixture(schema: schema)
    let rows = [
      ("a", "AND", "Red"), ("b", "Puma", "Black"), ("c", "On", "White"), ("d", "And Or", "Red"),
    ]
    try fixture.put(
      rows.map { id, brand, colour in
        Product(id: id, attributes: ["brand": .text(brand), "colour": .text(colour)])
      })
    func found(_ text: String) throws -> SearchResponse {
      var query = Query(text)
      query.mentions = .filter
      return try fixture.search(query)
    }
    #expect(try Set(found("black and white dress on ").hits.map(\.id)) == ["b", "c"])
    #expect(try found("and ").hits.map(\.id) == ["a"])
    #expect(try found("and or ").hits.map(\.id) == ["d"])
    #expect(try found("red dress").notes.isEmpty)
    let none = try found("puma in white ")
    #expect(none.hits.isEmpty)
    #expect(
      none.notes.last
        == "nothing is found; the words were taken for names: "
        + "brand in (Puma) and colour in (White)")
  }

  @Test func `what cannot be compared is refused and not listed`() throws {
    var fixture = try SearchFixture()
    try fixture.put(Samples.products)
    var query = Query("red")
    query.weights = BlendWeights(similarity: 1, lexical: 0)
    #expect(throws: VitrineError.noEmbedder(operation: "searching by looks alone")) {
      try fixture.search(query, withModel: false)
    }
    query.terms = [.text("-red")]
    let others = try fixture.search(query, withModel: false).hits
    #expect(Set(others.map(\.id)) == ["s2", "s3", "s4"])
    query.terms = [.text("red"), .product("nobody")]
    query.weights = BlendWeights(similarity: 0, lexical: 1)
    #expect(throws: VitrineError.noProduct(id: "nobody")) { try fixture.search(query) }
    query.terms = [.product("nobody", weight: -1)]
    #expect(throws: VitrineError.noProduct(id: "nobody")) { try fixture.search(query) }
  }

  @Test func `without words their weight goes to looks`() throws {
    var fixture = try SearchFixture()
    try fixture.put(Samples.products)
    for term in [
      QueryTerm.product("s0"), .image(Array("blue dress".utf8)), .text("red", weight: -1),
      .vector(fixture.model.vector("leather watch")),
    ] {
      var query = Query()
      query.terms = [term]
      let usual = try fixture.search(query).hits
      query.weights = BlendWeights(similarity: 0, lexical: 1)
      #expect(try fixture.search(query).hits == usual)
      #expect(Set(usual.map(\.score)).count > 1)
    }
  }

  @Test(arguments: [1e-30, 1e-12, 1e20] as [Float])
  func `the length of a vector does not matter to a cosine`(length: Float) throws {
    var fixture = try SearchFixture()
    try fixture.put(Samples.products)
    let vector = fixture.model.vector("blue summer shoes")
    for others in [[], [QueryTerm.product("s3", weight: 0.5)]] {
      var query = Query()
      query.terms = [.vector(vector)] + others
      let usual = try fixture.search(query).hits
      query.terms = [.vector(vector.map { $0 * length })] + others
      let hits = try fixture.search(query).hits
      #expect(hits.map(\.id) == usual.map(\.id))
      for (hit, same) in zip(hits, usual) { #expect(abs(hit.score - same.score) < 1e-3) }
    }
  }

  @Test(arguments: [1e-30, 1e-6, 1e6] as [Float])
  func `only the shares of weights matter`(scale: Float) throws {
    var fixture = try SearchFixture()
    try fixture.put(Samples.products)
    func hits(_ scale: Float) throws -> [Hit] {
      var query = Query()
      query.terms = [
        .text("blue dress", weight: scale), .product("s0", weight: -0.5 * scale),
        .image(Array("watch".utf8), weight: 0.5 * scale),
      ]
      query.weights = BlendWeights(similarity: 1, lexical: 0, mention: 0)
      return try fixture.search(query).hits
    }
    let (usual, scaled) = (try hits(1), try hits(scale))
    #expect(scaled.map(\.id) == usual.map(\.id))
    for (hit, same) in zip(scaled, usual) { #expect(abs(hit.score - same.score) < 1e-3) }
  }

  @Test func `a name is its words however it is written`() throws {
    let schema = Schema(attributes: [
      Attribute(name: "brand", kind: .keyword), Attribute(name: "type", kind: .keyword),
    ])
    var fixture = try SearchFixture(schema: schema)
    func put(_ id: String, _ brand: String, _ type: String) throws {
      try fixture.put([Product(id: id, attributes: ["brand": .text(brand), "type": .text(type)])])
    }
    try put("a", "U.S. Polo Assn.", "Polo")
    try put("b", "Polo", "T-Shirts")
    func named(_ text: String) throws -> [String] {
      var query = Query(text)
      query.mentions = .filter
      return try fixture.search(query).hits.map(\.id).sorted()
    }
    #expect(try named("us polo assn ") == ["a"])
    #expect(try named("u.s polo assn. ") == ["a"])
    #expect(try named("polo ") == ["a", "b"])
    try put("b", "Nike", "Shoes")
    #expect(try named("polo ") == ["a"])
    #expect(try named("nike polo ") == [])
  }

  @Test(arguments: [nil, Grouping(by: "brand", size: 20)])
  func `varied results come once on all pages together`(group: Grouping?) throws {
    var random = RandomCatalogue(seed: 6)
    var fixture = try SearchFixture()
    try fixture.put((0..<150).map { random.product(id: "\($0)") })
    var query = Query("red shirt")
    query.k = 7
    query.group = group
    let ids = try fixture.allPages(of: query)
    #expect(Set(ids).count == ids.count && ids.count > 30)
    query.diversity = 0.4
    let varied = try fixture.allPages(of: query)
    #expect(Set(varied).count == varied.count, "some come twice")
    #expect(group != nil || Set(varied) == Set(ids), "some never come")
    #expect(varied != ids)
  }

  @Test func `a bar of a histogram counts what lies between its edges`() throws {
    let seed: UInt64 = 3
    var random = SplitMix(seed: seed)
    for round in 0..<20 {
      var fixture = try SearchFixture()
      let prices = (0..<12).map { _ in Double(Int.random(in: 0..<20_000, using: &random)) / 100 }
      try fixture.put(
        prices.enumerated().map { Product(id: "\($0)", attributes: ["price": .number($1)]) })
      var query = Query()
      query.facets = [FacetRequest("price", limit: 5)]
      let bars = try #require(try fixture.search(query).facets?.first?.histogram)
      #expect(bars.reduce(0) { $0 + $1.count } == prices.count, "seed \(seed), round \(round)")
      for (place, bar) in bars.enumerated() {
        guard case .number(let from) = bar.from, case .number(let to) = bar.to else {
          Issue.record("seed \(seed), round \(round): a bar from \(bar.from) to \(bar.to)")
          continue
        }
        let isLast = place == bars.count - 1
        let within = prices.count { from <= $0 && ($0 < to || isLast && $0 == to) }
        #expect(bar.count == within, "seed \(seed), round \(round), bar \(place)")
      }
    }
  }

  @Test func `notes tell what was not found`() throws {
    var fixture = try SearchFixture()
    try fixture.put(Samples.products)
    var query = Query("shoos ")
    query.filter = try Filter.parse(
      "brand = Nikee or colour in (Rad, Red) or price between 50 and 10")
    query.boosts = [Boost("BRAND", .values([.text("Puna"), .text("Nike")]))]
    let notes = try fixture.search(query).notes
    #expect(notes.contains { $0.contains("\"shoos\"") && $0.contains("shoes") })
    #expect(notes.contains { $0.contains("\"Nikee\"") && $0.contains("did you mean \"Nike\"") })
    #expect(notes.contains { $0.contains("\"Rad\"") && $0.contains("did you mean \"Red\"") })
    #expect(notes.contains { $0.contains("\"Puna\"") && $0.contains("did you mean \"Puma\"") })
    #expect(notes.contains { $0.hasSuffix("; did you mean price between 10 and 50?") })
    #expect(notes.count == 5)
    let strangers = (0..<50).map { "brand = Nikee\($0) or brand in (Pumaa\($0), Rado\($0))" }
    query.filter = try Filter.parse(strangers.joined(separator: " or "))
    #expect(try fixture.search(query).notes.filter { $0.hasPrefix("no product has") }.count < 13)
  }

  @Test func `a cancelled search stops`() throws {
    let cancellation = Cancellation()
    cancellation.cancel()
    #expect(throws: CancellationError.self) { try cancellation.check() }
  }
}
