import Foundation
import HNSW
import Testing
import TestSupport
import Vitrine

@Suite struct RecommendTests {
  /// Shirts and shoes from light to dark: a direction for each kind, one for darkness, and noise.
  private func fixture() throws -> SearchFixture {
    let schema = Schema(attributes: [
      Attribute(name: "kind", kind: .keyword), Attribute(name: "darkness", kind: .number),
      Attribute(name: "tags", kind: .keyword, isMultiValued: true),
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
            attributes: [
              "kind": .text(kind), "darkness": .number(Double(darkness)),
              "tags": .list(step.isMultiple(of: 2) ? ["Long", "Plain"] : ["Plain"]),
            ]))
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

  @Test func `comparatives are read as what captions say, and told as they were given`() throws {
    for (text, plain) in [
      ("darker", "dark"), ("more formal", "formal"), ("with Longer sleeves", "with long sleeves"),
      ("fancier", "fancy"), ("leather", "leather"), ("more", "more"), ("Silver", "Silver"),
    ] {
      #expect(Direction(text).texts == [plain])
      let json = try JSONEncoder().encode(Direction(text))
      #expect(try JSONDecoder().decode(Direction.self, from: json) == .towards(text))
    }
    #expect(Direction("sneaker → heel").texts == ["sneaker", "heel"])
  }

  @Test func `products become darker and stay of their kind`() throws {
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

  @Test func `a pair leads from one kind to the other`() throws {
    let fixture = try fixture()
    var options = RecommendOptions()
    options.steps = 20
    options.stepSize = 0.4
    options.regularisation = 0.1
    options.population = 150
    let way = try recommend("shirt100", .between("shirt", "shoe"), options, in: fixture)
    #expect(way.steps.last?.hit.id.hasPrefix("shoe") == true)
  }

  @Test func `kept attributes and filters hold`() throws {
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

  @Test func `of an attribute with several values all are kept`() throws {
    let fixture = try fixture()
    var options = RecommendOptions()
    options.keep = ["kind", "Tags"]
    let both = try recommend("shirt10", .towards("darker"), options, in: fixture)
    #expect(!both.steps.isEmpty)
    #expect(both.steps.allSatisfy { $0.hit.attributes["tags"] == .list(["Long", "Plain"]) })
    let one = try recommend("shirt11", .towards("darker"), options, in: fixture)
    #expect(!one.steps.isEmpty)
  }

  @Test(arguments: [
    "", " ", "->", "→", "a -> ", "→ b", "a->b->c", "a → b → c", "a → b->c",
  ])
  func `a direction without words, or without two ends of an arrow, is refused`(
    text: String
  ) throws {
    let fixture = try fixture()
    let error = #expect(throws: QueryError.self) {
      try recommend("shirt10", Direction(text), in: fixture)
    }
    #expect(error?.description.hasPrefix("expected ") == true)
    #expect(throws: QueryError.self) {
      try recommend("shirt10", .between("shirt", text), in: fixture)
    }
  }

  @Test func `the category is kept unless told otherwise`() throws {
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

  @Test func `scores are similarities of the index's metric`() async throws {
    let scratch = TemporaryDirectory()
    let model = WordModel(dimensions: 16)
    let engine = try Engine.create(
      path: scratch.path + "/index",
      configuration: IndexConfiguration(dimensions: 16, metric: .l2, storage: .float32),
      modelFingerprint: model.fingerprint, embedder: model)
    let (shirt, dark) = (model.vector("shirt"), model.vector("dark"))
    try await engine.upsert(
      (0..<60).map { step in
        let vector = shirt.indices.map { shirt[$0] + Float(step) / 60 * dark[$0] }
        return (product: Product(id: "\(step)"), vector: WordModel.unit(vector))
      })
    let way = try await engine.recommend("5", towards: .towards("darker"))
    #expect(!way.steps.isEmpty)
    // Minus a squared distance, and not one less it.
    #expect(way.steps.allSatisfy { $0.hit.score < 0.01 })
  }

  @Test func `an option that makes no sense is named alone`() throws {
    let fixture = try fixture()
    let cases: [(change: (inout RecommendOptions) -> Void, reason: String)] = [
      ({ $0.steps = 0 }, "steps must be from 1 to 100, not 0"),
      ({ $0.exemplars = 501 }, "exemplars must be from 1 to 500, not 501"),
      ({ $0.stepSize = 0 }, "the step size must be a number above 0, not 0.0"),
      ({ $0.regularisation = 2 }, "the regularisation must be from 0 to 1, not 2.0"),
    ]
    for (change, reason) in cases {
      var options = RecommendOptions()
      change(&options)
      #expect(throws: QueryError.invalid(reason)) {
        try recommend("shirt10", .towards("darker"), options, in: fixture)
      }
    }
  }

  @Test func `directions read as they are written`() {
    #expect(Direction("darker") == .towards("darker"))
    #expect(Direction("sneaker → high heel") == .between("sneaker", "high heel"))
    #expect(Direction("a->b") == .between("a", "b"))
    #expect(Direction("→ b") == .towards("→ b"))
  }
}
