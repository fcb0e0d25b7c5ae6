import Testing
import Vitrine

/// Products that cannot come onto a page are not measured for it.
@Suite struct ThresholdTests {
  private func fixture(_ count: Int, _ random: inout RandomCatalogue) throws -> SearchFixture {
    var fixture = try SearchFixture()
    let products = (0..<count).map { random.product(id: "p\($0)") }
    try fixture.put(products)
    return fixture
  }

  @Test(arguments: [81, 82] as [UInt64])
  func `a page is the same as the beginning of all that are ranked`(seed: UInt64) throws {
    var random = RandomCatalogue(seed: seed)
    let fixture = try fixture(3000, &random)
    var spared = 0
    for round in 0..<120 {
      let length = Int.random(in: 1...4, using: &random.generator)
      let words = (0..<length).map { _ in
        random.pick(RandomCatalogue.words + RandomCatalogue.brands)
      }
      var query = Query(words.joined(separator: " "))
      query.explain = true
      query.candidates = 40
      query.filter = random.flag() ? random.filter() : nil
      query.mentions = random.pick([.boost, .filter, .ignore])
      query.weights.lexical = random.pick([0, 1e-5, 0.1, 0.5, 2, 1000])
      query.weights.mention = random.pick([0.1, 1, -0.3])
      query.cutoff = random.pick([nil, 0.4])
      // All that are ranked, as the page reaches beyond those that are nearest in looks.
      query.k = 40
      let all = try fixture.search(query)
      query.k = random.pick([1, 5, 19])
      var pages: [Hit] = []
      for page in 0..<3 {
        let response = try fixture.search(query)
        pages += response.hits
        if page == 0 { spared += (all.plan?.ranked ?? 0) - (response.plan?.ranked ?? 0) }
        query.cursor = response.cursor
        #expect(response.cursor != nil || pages.count >= all.hits.count)
        if query.cursor == nil { break }
      }
      let context = "seed \(seed), round \(round): \(query)"
      let count = min(pages.count, all.hits.count)
      #expect(pages.prefix(count).map(\.id) == all.hits.prefix(count).map(\.id), "\(context)")
      #expect(pages.prefix(count).map(\.score) == all.hits.prefix(count).map(\.score), "\(context)")
    }
    #expect(spared > 200)
  }
}
