import HNSW
import LMDB
import Testing
import Vitrine

@Suite struct LexicalTests {
  private let schema = Schema(attributes: [
    Attribute(name: "title", kind: .text), Attribute(name: "brand", kind: .keyword),
    Attribute(name: "price", kind: .number),
  ])

  /// The lexical scores of what a search by words alone finds, by the numbers that are ids.
  private func found(
    _ text: String, in fixture: borrowing SearchFixture
  ) throws -> [Int: Float] {
    var query = Query(text)
    query.weights = BlendWeights(similarity: 0, lexical: 1)
    query.mentions = .ignore
    query.candidates = Query.Limits.candidates
    query.k = query.candidates
    query.explain = true
    var found: [Int: Float] = [:]
    for hit in try fixture.search(query, withModel: false).hits {
      let number = try #require(Int(hit.id))
      let part = try #require(hit.explain?.first(where: { $0.part == "lexical" }))
      found[number] = Float(try #require(part.raw))
    }
    return found
  }

  private func put(_ products: [Product], in fixture: inout SearchFixture) throws {
    let model = fixture.model
    try fixture.put(products, vectors: products.map { model.vector($0.id) })
  }

  private func fixture(_ titles: [String]) throws -> SearchFixture {
    var fixture = try SearchFixture(schema: schema)
    let products = titles.enumerated().map { number, title in
      Product(id: "\(number)", attributes: ["title": .text(title)])
    }
    try put(products, in: &fixture)
    return fixture
  }

  @Test(arguments: [21, 22] as [UInt64])
  func `scores agree with plain BM25 after random changes`(seed: UInt64) throws {
    var random = RandomCatalogue(seed: seed)
    var fixture = try SearchFixture(schema: schema)
    // What has words lies on both sides of the end of a group of 4,096 slots.
    try put((1000..<5000).map { Product(id: "\($0)") }, in: &fixture)
    for _ in 0..<5 {
      var changes: [String: Product?] = [:]
      for _ in 0..<60 {
        let id = "\(Int.random(in: 0..<90, using: &random.generator))"
        var product = random.product(id: id)
        product.attributes["brand"] = random.flag() ? .text(random.pick(["Nike", "Puma"])) : nil
        product.attributes = product.attributes.filter { schema[$0.key] != nil }
        changes.updateValue(random.flag(4) ? nil : product, forKey: id)
      }
      try fixture.remove(changes.filter { $0.value == nil }.map(\.key).sorted())
      try put(changes.values.compactMap(\.self).sorted { $0.id < $1.id }, in: &fixture)
      let products = fixture.products
      let oracle = PlainBM25(products: products, fields: [("title", 3), ("brand", 2)])
      for _ in 0..<10 {
        let words = (0..<3).map { _ in random.pick(RandomCatalogue.words + ["nike", "puma"]) }
        let scores = try found(words.joined(separator: " ") + " ", in: fixture)
        for number in 0..<90 where products["\(number)"] != nil {
          let expected = oracle.score(words, "\(number)")
          let difference = abs(Double(scores[number] ?? 0) - expected)
          #expect(difference < 1e-4, "seed \(seed), words \(words), product \(number)")
        }
        #expect(scores.keys.allSatisfy { products["\($0)"] != nil })
      }
    }
  }

  @Test func `postings of products far beyond the last are passed over`() throws {
    let fixture = try fixture(["summer dress"])
    try fixture.environment.write { txn in
      let postings = try txn.createDatabase(named: "postings")
      // The word, NUL, a group of 4,096 slots in three bytes; a posting of field 0, frequency 1.
      try txn.put([0, 1, 0, 0], in: postings, for: Array("dress".utf8) + [0, 0x0F, 0xFF, 0xFF])
    }
    #expect(try found("dress ", in: fixture).keys.sorted() == [0])
  }

  @Test func `words are folded and stemmed`() throws {
    let fixture = try fixture(["Été RUNNING Shoes", "Men’s T-Shirt", "ＦＵＬＬ width"])
    #expect(try Set(found("ete runs shoe ", in: fixture).keys) == [0])
    #expect(try Set(found("tshirt ", in: fixture).keys) == [1])
    #expect(try Set(found("t-shirts men ", in: fixture).keys) == [1])
    #expect(try Set(found("full ", in: fixture).keys) == [2])
  }

  @Test func `letters with full stops are one word`() throws {
    let fixture = try fixture(["U.S. polo", "S.Oliver jeans", "3.5 mm", "J. Crew", "A.B.C-D bag"])
    #expect(try Set(found("us ", in: fixture).keys) == [0])
    #expect(try Set(found("U.S ", in: fixture).keys) == [0])
    #expect(try Set(found("oliver ", in: fixture).keys) == [1])
    #expect(try Set(found("s oliver ", in: fixture).keys) == [1])
    #expect(try Set(found("35 ", in: fixture).keys) == [])
    #expect(try Set(found("5 ", in: fixture).keys) == [2])
    #expect(try Set(found("j crew ", in: fixture).keys) == [3])
    #expect(try Set(found("abcd ", in: fixture).keys) == [4])
  }

  @Test(arguments: [".", "-"]) func `however many letters are joined the word fits a key`(
    sign: String
  ) throws {
    let letters = Array(repeating: "x", count: 700).joined(separator: sign)
    let fixture = try fixture(["\(letters) polo", "polo"])
    #expect(try Set(found("polo ", in: fixture).keys) == [0, 1])
    #expect(try Set(found("\(letters) ", in: fixture).keys) == [0])
  }

  @Test func `the last word may be a beginning`() throws {
    let fixture = try fixture(["running shoes", "runway dress", "red shirt"])
    #expect(try Set(found("runn", in: fixture).keys) == [0])
    #expect(try Set(found("run", in: fixture).keys) == [0, 1])
    #expect(try Set(found("run ", in: fixture).keys) == [0])
    #expect(try Set(found("ru shirt", in: fixture).keys) == [2])
    let scores = try found("red run", in: fixture)
    #expect(try #require(scores[0]) > (try #require(scores[1])))
  }

  @Test(arguments: ["adidsa", "adids", "addidas", "asidas", "dadidas", "adidaz"])
  func `one edit is forgiven`(misspelt: String) throws {
    let fixture = try fixture(["adidas shoes", "avocado shoes"])
    #expect(try Set(found(misspelt + " ", in: fixture).keys) == [0])
  }

  @Test func `corrections are all words within one edit`() throws {
    var random = RandomCatalogue(seed: 31)
    let letters = ["a", "b", "c"]
    let words = Set(
      (0..<150).map { _ in
        (0..<Int.random(in: 3...7, using: &random.generator)).map { _ in random.pick(letters) }
          .joined()
      })
    let fixture = try fixture(words.sorted())
    var corrected = 0
    for _ in 0..<200 {
      let word = (0..<5).map { _ in random.pick(letters) }.joined()
      guard !words.contains(word) else { continue }
      let near = words.filter { Spelling.distance(Array(word), Array($0)) <= 1 }
      var query = Query(word + " ")
      query.weights.similarity = 0
      query.explain = true
      let plan = try #require(try fixture.search(query, withModel: false).plan)
      let read = Set(plan.words[word] ?? []).subtracting([word])
      // The eight most frequent ones are read.
      #expect(read.isSubset(of: near) && read.count == min(8, near.count), "\(word)")
      corrected += read == near && !near.isEmpty ? 1 : 0
    }
    #expect(corrected > 20)
  }

  @Test func `known words are not corrected`() throws {
    let fixture = try fixture(["shirt", "short"])
    #expect(try Set(found("shirt ", in: fixture).keys) == [0])
  }

  @Test func `a rare misspelling is read as the common word too`() throws {
    let fixture = try fixture(["runing vest"] + Array(repeating: "running shoes", count: 1500))
    let scores = try found("runing ", in: fixture)
    #expect(scores.count == 1501)
    #expect(try #require(scores[0]) > (try #require(scores[1])))
    // A word that is as common is meant as it is written.
    #expect(try Set(found("vest ", in: fixture).keys) == [0])
  }

  @Test func `phrases must stand and exclusions must not`() throws {
    let fixture = try fixture([
      "light red dress", "red light lamp", "dark red dress", "reds dresses",
    ])
    #expect(try Set(found("\"red dress\"", in: fixture).keys) == [0, 2])
    #expect(try Set(found("\"red dress\" -dark", in: fixture).keys) == [0])
    #expect(try Set(found("red -\"light red\"", in: fixture).keys) == [1, 2, 3])
    #expect(try Set(found("red -dresses", in: fixture).keys) == [1])
    #expect(try Set(found("\"reds\"", in: fixture).keys) == [3])
  }

  @Test func `a weight of a field counts whatever the case of its name`() throws {
    let fixture = try fixture(["red dress", "blue dress"])
    func scores(_ weights: [String: Float]) throws -> [Float] {
      var query = Query("red ")
      query.weights.similarity = 0
      query.fieldWeights = FieldWeights(weights)
      query.explain = true
      return try fixture.search(query, withModel: false).hits.map(\.score)
    }
    #expect(try scores(["TITLE": 0]) == [])
    #expect(try scores(["Títle": 5]) == scores(["title": 5]))
    #expect(try scores(["title": 5]) != scores(["title": 1]))
    // The exact name goes before another spelling of it.
    #expect(try scores(["TITLE": 0, "title": 5]) == scores(["title": 5]))
  }

  @Test func `the text for the model has neither quotes nor exclusions`() {
    let query = LexicalQuery("light \"running shoe\" -kids  t-shirt -\"for men\"")
    #expect(query.spoken == "light running shoe t-shirt")
    #expect(query.words == ["light", "running", "shoe", "tshirt"])
    #expect(query.phrases == [["running", "shoe"]])
    #expect(query.excluded == [["kids"], ["for", "men"]])
    #expect(LexicalQuery("a -").spoken == "a")
    #expect(LexicalQuery("\"open").phrases == [["open"]])
    #expect(LexicalQuery("").isEmpty)
  }
}
