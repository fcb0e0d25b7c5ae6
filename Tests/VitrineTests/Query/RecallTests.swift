import Testing
import Vitrine

/// What a search finds, against a look at every product.
@Suite struct RecallTests {
  private func vector(_ random: inout RandomCatalogue, _ dimensions: Int = 16) -> [Float] {
    (0..<dimensions).map { _ in Float.random(in: -1...1, using: &random.generator) }
  }

  private func randomFixture(_ count: Int, seed: UInt64) throws -> SearchFixture {
    var random = RandomCatalogue(seed: seed)
    var fixture = try SearchFixture()
    for start in stride(from: 0, to: count, by: 5000) {
      let ids = start..<min(count, start + 5000)
      let products = ids.map { random.product(id: "p\($0)") }
      try fixture.put(products, vectors: products.map { _ in vector(&random) })
    }
    return fixture
  }

  /// Products by id that match, the most similar first.
  private func bruteForce(
    _ query: [Float], _ filter: Filter?, _ fixture: borrowing SearchFixture,
    _ vectors: [String: [Float]]
  ) -> [(id: String, similarity: Float)] {
    let unit = WordModel.unit(query)
    return fixture.products.values
      .filter { product in filter.map { PlainEvaluator.matches(product, $0) } ?? true }
      .map { ($0.id, SearchFixture.dot(unit, vectors[$0.id] ?? [])) }
      .sorted { ($1.1, $0.0) < ($0.1, $1.0) }
  }

  @Test(arguments: [41, 42] as [UInt64])
  func `filtered hits equal brute force where the answer says exact`(seed: UInt64) throws {
    let fixture = try randomFixture(800, seed: seed)
    let vectors = try fixture.vectors()
    var random = RandomCatalogue(seed: seed + 100)
    for round in 0..<60 {
      var query = Query()
      query.terms = [.vector(vector(&random))]
      query.filter = random.filter()
      query.exact = round.isMultiple(of: 2)
      query.k = 10
      let response = try fixture.search(query)
      guard case .vector(let looked) = query.terms[0].subject else { return }
      let wanted = bruteForce(looked, query.filter, fixture, vectors)
      #expect(response.matches == wanted.count, "seed \(seed), \(query.filter as Any)")
      #expect(response.hits.count == min(10, wanted.count))
      #expect(!query.exact || response.exact)
      guard response.exact else { continue }
      #expect(
        response.hits.map(\.id) == wanted.prefix(10).map(\.id),
        "seed \(seed), \(query.filter as Any)")
    }
  }

  @Test func `walks of the graph keep their recall under filters`() throws {
    let fixture = try randomFixture(20_000, seed: 51)
    let vectors = try fixture.vectors()
    var random = RandomCatalogue(seed: 52)
    let filters: [String?] = [
      nil, "exists brand or exists price", "exists added", "brand = Nik* or price >= 0",
    ]
    for text in filters {
      let filter = try text.map { try Filter.parse($0, schema: fixture.schema) }
      var found = 0
      var paths: Set<String> = []
      for _ in 0..<30 {
        let looked = vector(&random)
        var query = Query()
        query.terms = [.vector(looked)]
        query.filter = filter
        query.explain = true
        let response = try fixture.search(query)
        let distances = response.plan?.distances ?? 0
        #expect(distances > 0 && (distances < 20_000 || response.path == "scan"))
        let wanted = Set(bruteForce(looked, filter, fixture, vectors).prefix(10).map(\.id))
        found += response.hits.count { wanted.contains($0.id) }
        paths.insert(response.path)
      }
      #expect(found >= 297, "recall \(Double(found) / 300) of \(text ?? "all") by \(paths)")
    }
    var query = Query()
    query.terms = [.vector(vector(&random))]
    query.exact = true
    query.explain = true
    #expect(try fixture.search(query).plan?.distances ?? 0 >= 20_000)
  }

  @Test(arguments: [71, 72] as [UInt64])
  func `the best by words are the first of all that have any`(seed: UInt64) throws {
    let fixture = try randomFixture(3000, seed: seed)
    var random = RandomCatalogue(seed: seed + 1)
    for round in 0..<20 {
      var query = Query(
        (0..<3).map { _ in random.pick(RandomCatalogue.words) }.joined(separator: " "))
      query.weights = BlendWeights(similarity: 0, lexical: 1)
      query.mentions = .ignore
      query.filter = round.isMultiple(of: 2) ? nil : random.filter()
      query.k = random.pick([1, 7, 30])
      query.candidates = Query.Limits.candidates
      let all = try fixture.search(query).hits.map(\.id)
      query.candidates = query.k
      let best = try fixture.search(query).hits.map(\.id)
      #expect(best == all, "seed \(seed), \(query.terms), \(query.filter as Any)")
    }
  }

  @Test func `any filter keeps the recall of a large catalogue`() throws {
    let seed: UInt64 = 53
    let fixture = try randomFixture(20_000, seed: seed)
    let vectors = try fixture.vectors()
    var random = RandomCatalogue(seed: seed + 1)
    var (wanted, found, walks) = (0, 0, 0)
    for _ in 0..<25 {
      let filter = random.filter()
      let matching = fixture.products.values.filter { PlainEvaluator.matches($0, filter) }
      for _ in 0..<4 {
        var query = Query()
        let looked = vector(&random)
        query.terms = [.vector(looked)]
        query.filter = filter
        query.candidates = 20
        let response = try fixture.search(query)
        #expect(response.matches == matching.count, "seed \(seed), \(filter)")
        let unit = WordModel.unit(looked)
        let best = matching.map { ($0.id, SearchFixture.dot(unit, vectors[$0.id] ?? [])) }
          .sorted { ($1.1, $0.0) < ($0.1, $1.0) }.prefix(10).map(\.0)
        if response.exact { #expect(response.hits.map(\.id) == best, "seed \(seed), \(filter)") }
        walks += response.path.hasSuffix("graph") ? 1 : 0
        wanted += best.count
        found += response.hits.count { best.contains($0.id) }
      }
    }
    #expect(walks > 10, "\(walks) walks show little")
    #expect(Double(found) >= 0.99 * Double(wanted), "seed \(seed): \(found) of \(wanted)")
  }
}
