import HNSW
import Testing
import TestSupport
import Vitrine

@Suite struct RecommendTests {
  /// Shirts and shoes from light to dark: a direction for each kind, one for darkness, and noise.
  private func fixture() throws -> SearchFixture {
    let schema = Schema(attributes: [
      Attribute(name: "kind", kind: .keyword), Attribute(name: "darkness", kind: .number),
    ])
    var fixture = try SearchFixture(schema: schema, dimensions: 32)
    var random = SplitMix(seed: 71)
    let dark = fixture.model.vector("darker")
    var products: [Product] = []
    var vectors: [[Float]] = []
    for kind in ["shirt", "shoe"] {
      let base = fixture.model.vector(kind)
      for step in 0..<200 {
        let darkness = Float(step) / 200
        products.append(
          Product(
            id: "\(kind)\(step)",
            attributes: ["kind": .text(kind), "darkness": .number(Double(darkness))]))
        vectors.append(
          WordModel.unit(
            base.indices.map {
              base[$0] + darkness * dark[$0] + Float.random(in: -0.02...0.02, using: &random)
            }))
      }
    }
    try fixture.put(products, vectors: vectors)
    return fixture
  }

  private func recommend(
    _ id: String, _ direction: Direction, _ options: RecommendOptions = .init(),
    in fixture: borrowing SearchFixture
  ) throws -> Recommendation {
    let texts: [String] =
      switch direction {
      case .towards(let text): [text]
      case .between(let start, let end): [start, end]
      }
    return try fixture.recommend(id, direction, texts: texts, options)
  }

  @Test func productsBecomeDarkerAndStayOfTheirKind() throws {
    let fixture = try fixture()
    let way = try recommend("shirt10", .towards("darker"), in: fixture)
    #expect(way.start.id == "shirt10")
    #expect(way.steps.count >= 4)
    #expect(way.steps.allSatisfy { $0.hit.id.hasPrefix("shirt") })
    var last = 0.05
    for step in way.steps {
      guard case .number(let darkness) = step.hit.attributes["darkness"] else { continue }
      #expect(darkness > last - 0.05)
      last = darkness
    }
    #expect(last > 0.3)
    #expect(zip(way.steps, way.steps.dropFirst()).allSatisfy { $0.progress < $1.progress })
    #expect(Set(way.steps.map(\.hit.id)).count == way.steps.count)
  }

  @Test func aPairLeadsFromOneKindToTheOther() throws {
    let fixture = try fixture()
    var options = RecommendOptions()
    options.steps = 20
    options.stepSize = 0.4
    options.regularisation = 0.1
    options.population = 150
    let way = try recommend("shirt100", .between("shirt", "shoe"), options, in: fixture)
    #expect(way.steps.last?.hit.id.hasPrefix("shoe") == true)
  }

  @Test func keptAttributesAndFiltersHold() throws {
    let fixture = try fixture()
    var options = RecommendOptions()
    options.keep = ["Kind"]
    options.filter = try Filter.parse("darkness < 0.4")
    let way = try recommend("shoe10", .between("shoe", "shirt"), options, in: fixture)
    #expect(way.steps.allSatisfy { $0.hit.id.hasPrefix("shoe") })
    #expect(way.steps.allSatisfy { $0.hit.attributes["darkness"] ?? .number(1) != .number(1) })
    options.keep = ["nothing"]
    #expect(throws: QueryError.self) {
      try recommend("shoe10", .towards("darker"), options, in: fixture)
    }
    #expect(throws: VitrineError.noProduct(id: "nobody")) {
      try recommend("nobody", .towards("darker"), in: fixture)
    }
  }

  @Test func theCategoryIsKeptUnlessToldOtherwise() throws {
    let fixture = try fixture()
    var options = RecommendOptions()
    options.steps = 20
    options.stepSize = 0.4
    let kept = try recommend("shirt10", .towards("shoe"), options, in: fixture)
    #expect(kept.steps.allSatisfy { $0.hit.id.hasPrefix("shirt") })
    options.keep = []
    let free = try recommend("shirt10", .towards("shoe"), options, in: fixture)
    #expect(free.steps.contains { $0.hit.id.hasPrefix("shoe") })
  }

  @Test func directionsReadAsTheyAreWritten() {
    #expect(Direction("darker") == .towards("darker"))
    #expect(Direction("sneaker → high heel") == .between("sneaker", "high heel"))
    #expect(Direction("a->b") == .between("a", "b"))
    #expect(Direction("→ b") == .towards("→ b"))
  }
}
