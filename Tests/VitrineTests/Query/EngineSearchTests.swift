import Foundation
import HNSW
import Testing
import TestSupport
import Vitrine

@Suite struct EngineSearchTests {
  private func withEngine(
    embedder: WordModel? = WordModel(dimensions: 32), _ body: (Engine) async throws -> Void
  ) async throws {
    let directory = TemporaryDirectory()
    let engine = try Engine.create(
      path: directory.path, configuration: IndexConfiguration(dimensions: 32),
      modelFingerprint: "words-32", schema: RandomCatalogue.schema, embedder: embedder)
    let model = WordModel(dimensions: 32)
    try await engine.upsert(
      Samples.products.map { ($0, model.vector($0.attributes["title"]?.label ?? "")) })
    try await body(engine)
    withExtendedLifetime(directory) {}
  }

  @Test func `a text finds what it says and sees new commits`() async throws {
    try await withEngine { engine in
      let first = try await engine.search(Query("blue summer dress"))
      #expect(first.hits.first?.id == "s2")
      #expect(first.tookMs > 0)
      let model = WordModel(dimensions: 32)
      let product = Product(id: "new", attributes: ["title": .text("green hat")])
      try await engine.upsert([(product, model.vector("green hat"))])
      let second = try await engine.search(Query("green hat"))
      #expect(second.hits.first?.id == "new")
    }
  }

  @Test func `words that were searched for before find what has them now`() async throws {
    try await withEngine { engine in
      func found(_ text: String) async throws -> [String] {
        var query = Query(text)
        query.weights.similarity = 0
        return try await engine.search(query).hits.map(\.id)
      }
      func put(_ title: String) async throws {
        let vector = WordModel(dimensions: 32).vector(title)
        try await engine.upsert([(Product(id: "new", attributes: ["title": .text(title)]), vector)])
      }
      for _ in 0..<2 { #expect(try await found("turquoise hat") == []) }
      try await put("turquoise hat")
      for _ in 0..<2 { #expect(try await found("turquoise hat") == ["new"]) }
      try await put("turquoise scarf")
      #expect(try await found("turquoise scarf") == ["new"])
      #expect(try await found("hat") == [])
      _ = try await engine.delete(ids: ["new"])
      for text in ["turquoise", "hat", "scarf"] { #expect(try await found(text) == []) }
    }
  }

  @Test func `a batch answers in order`() async throws {
    try await withEngine { engine in
      var withPlan = Query("leather watch")
      withPlan.explain = true
      let answers = try await engine.search([Query("summer dress"), withPlan, Query()])
      #expect(answers.map { $0.hits.first?.id } == ["s2", "s3", "s0"])
      #expect(answers.map { $0.plan != nil } == [false, true, false])
      #expect(answers[1].plan?.milliseconds["embed"] != nil)
      #expect(answers[2].hits.count == 5)
    }
  }

  @Test func `hits tell the fields that are asked for`() async throws {
    try await withEngine { engine in
      var query = Query("summer dress")
      let all = try await engine.search(query)
      query.fields = ["Title"]
      let some = try await engine.search(query)
      #expect(some.hits.map(\.id) == all.hits.map(\.id))
      for (hit, whole) in zip(some.hits, all.hits) {
        #expect(hit.attributes == whole.attributes.filter { $0.key == "title" })
      }
      query.fields = ["titel"]
      let wrong = query
      await #expect(throws: QueryError.self) { _ = try await engine.search(wrong) }
    }
  }

  @Test func `the least whole number is found and written`() async throws {
    try await withEngine { engine in
      let product = Product(id: "least", attributes: ["price": .number(-0x1p63)])
      try await engine.upsert([(product, WordModel(dimensions: 32).vector("x"))])
      var query = Query()
      query.filter = try Filter.parse("PRICE = -9223372036854775808")
      let json = try await engine.searchJSON([query], asArray: false)
      let hits = try JSONDecoder().decode(SearchResponse.self, from: Data(json)).hits
      #expect(hits.map(\.attributes) == [product.attributes])
    }
  }

  @Test func `what the index refuses is an error of the engine`() async throws {
    let directory = TemporaryDirectory()
    let engine = try Engine.create(
      path: directory.path, configuration: IndexConfiguration(dimensions: 4, metric: .l2),
      modelFingerprint: "none")
    try await engine.upsert([(Product(id: "a"), [1, 0, 0, 0])])
    var query = Query()
    query.terms = [.vector([1e20, 0, 0, 0])]
    let endless = query
    let error = await #expect(throws: VitrineError.self) {
      _ = try await engine.search(endless)
    }
    #expect(error?.blame == .usage)
    withExtendedLifetime(directory) {}
  }

  @Test func `many tasks share an engine`() async throws {
    try await withEngine { engine in
      let found = try await withThrowingTaskGroup(of: String?.self) { group in
        for _ in 0..<50 {
          group.addTask { try await engine.search(Query("cotton t-shirt")).hits.first?.id }
        }
        return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
      }
      #expect(found == ["s4"])
    }
  }

  @Test func `an engine that is let go can be opened again at once`() async throws {
    let directory = TemporaryDirectory()
    _ = try Engine.create(
      path: directory.path, configuration: IndexConfiguration(dimensions: 4),
      modelFingerprint: "none")
    for _ in 0..<200 {
      _ = try await Engine(path: directory.path).search(Query("x"))
      _ = try await Engine(path: directory.path).statistics()
    }
    withExtendedLifetime(directory) {}
  }

  @Test func `a cancelled task stops`() async throws {
    try await withEngine { engine in
      let task = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return try await engine.search(Query("dress"))
      }
      await #expect(throws: CancellationError.self) { try await task.value }
    }
  }

  @Test func `calibration puts the best near one and the rest near zero`() async throws {
    try await withEngine { engine in
      let calibration = try await engine.calibrate()
      #expect(calibration.products == 5)
      let texts = try #require(calibration.texts)
      #expect(texts.best > 0.99)
      #expect(texts.calibrated(texts.best) > 0.949)
      #expect(texts.calibrated(texts.background) < 0.051)
      var query = Query("blue summer dress")
      query.weights = BlendWeights(similarity: 1, lexical: 0, mention: 0)
      let hits = try await engine.search(query).hits
      #expect(hits[0].score > 0.9)
      #expect(hits.dropFirst().allSatisfy { $0.score < 0.6 })
    }
  }

  @Test func `values are listed by frequency as they are written`() async throws {
    try await withEngine { engine in
      let commonest = try engine.values(of: "Brand", limit: 1)
      let folded = try engine.values(of: "brand", prefix: "ete")
      let several = try engine.values(of: "colour", prefix: "b")
      #expect(commonest == ["Nike"])
      #expect(folded == ["Été"])
      #expect(several == ["Black", "Blue"])
      #expect(try engine.values(of: "brand", limit: -1) == [])
      #expect(throws: QueryError.self) { try engine.values(of: "price") }
    }
  }

  @Test func `recommending needs a model`() async throws {
    try await withEngine(embedder: nil) { engine in
      await #expect(throws: VitrineError.noEmbedder(operation: "recommending towards a text")) {
        try await engine.recommend("s0", towards: .towards("darker"))
      }
    }
    try await withEngine { engine in
      let way = try await engine.recommend("s0", towards: .towards("black"))
      #expect(way.start.id == "s0")
    }
  }
}
