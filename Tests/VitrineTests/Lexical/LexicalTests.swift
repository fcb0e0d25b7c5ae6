import HNSW
import LMDB
import Testing
import Vitrine

@Suite struct LexicalTests {
  private let schema = Schema(attributes: [
    Attribute(name: "title", kind: .text), Attribute(name: "brand", kind: .keyword),
    Attribute(name: "price", kind: .number),
  ])
  private let weights = FieldWeights(["title": 3, "brand": 2])

  private func found(
    _ text: String, in fixture: borrowing StoreFixture
  ) throws -> [Slot: Float] {
    try fixture.read { store, txn in
      try store.lexicalScores(of: LexicalQuery(text), weights: weights, in: txn)
    } ?? [:]
  }

  private func fixture(_ titles: [String]) throws -> StoreFixture {
    var fixture = try StoreFixture(schema: schema)
    var changes: [Slot: Product?] = [:]
    for (slot, title) in titles.enumerated() {
      changes[Slot(slot)] = Product(id: "\(slot)", attributes: ["title": .text(title)])
    }
    try fixture.apply(changes)
    return fixture
  }

  @Test(arguments: [21, 22] as [UInt64])
  func scoresAgreeWithPlainBM25AfterRandomChanges(seed: UInt64) throws {
    var random = RandomCatalogue(seed: seed)
    var fixture = try StoreFixture(schema: schema)
    for _ in 0..<5 {
      var changes: [Slot: Product?] = [:]
      for item in 0..<60 {
        let slot = Slot.random(in: 0..<90, using: &random.generator) * random.pick([1, 61])
        var product = random.product(id: "\(item)")
        product.attributes["brand"] = random.flag() ? .text(random.pick(["Nike", "Puma"])) : nil
        product.attributes = product.attributes.filter { schema[$0.key] != nil }
        changes.updateValue(random.flag(4) ? nil : product, forKey: slot)
      }
      try fixture.apply(changes)
      let oracle = PlainBM25(products: fixture.products, fields: [("title", 3), ("brand", 2)])
      for _ in 0..<10 {
        let words = (0..<3).map { _ in random.pick(RandomCatalogue.words + ["nike", "puma"]) }
        let scores = try found(words.joined(separator: " ") + " ", in: fixture)
        for slot in fixture.products.keys {
          let expected = oracle.score(words, slot)
          let difference = abs(Double(scores[slot] ?? 0) - expected)
          #expect(difference < 1e-4, "seed \(seed), words \(words), slot \(slot)")
        }
        #expect(scores.keys.allSatisfy { fixture.products[$0] != nil })
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

  @Test func wordsAreFoldedAndStemmed() throws {
    let fixture = try fixture(["Été RUNNING Shoes", "Men’s T-Shirt", "ＦＵＬＬ width"])
    #expect(try Set(found("ete runs shoe ", in: fixture).keys) == [0])
    #expect(try Set(found("tshirt ", in: fixture).keys) == [1])
    #expect(try Set(found("t-shirts men ", in: fixture).keys) == [1])
    #expect(try Set(found("full ", in: fixture).keys) == [2])
  }

  @Test func lettersWithFullStopsAreOneWord() throws {
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

  @Test(arguments: [".", "-"]) func howeverManyLettersAreJoinedTheWordFitsAKey(sign: String) throws
  {
    let letters = Array(repeating: "x", count: 700).joined(separator: sign)
    let fixture = try fixture(["\(letters) polo", "polo"])
    #expect(try Set(found("polo ", in: fixture).keys) == [0, 1])
    #expect(try Set(found("\(letters) ", in: fixture).keys) == [0])
  }

  @Test func theLastWordMayBeABeginning() throws {
    let fixture = try fixture(["running shoes", "runway dress", "red shirt"])
    #expect(try Set(found("runn", in: fixture).keys) == [0])
    #expect(try Set(found("run", in: fixture).keys) == [0, 1])
    #expect(try Set(found("run ", in: fixture).keys) == [0])
    #expect(try Set(found("ru shirt", in: fixture).keys) == [2])
    let scores = try found("red run", in: fixture)
    #expect(try #require(scores[0]) > (try #require(scores[1])))
  }

  @Test(arguments: ["adidsa", "adids", "addidas", "asidas", "dadidas", "adidaz"])
  func oneEditIsForgiven(misspelt: String) throws {
    let fixture = try fixture(["adidas shoes", "avocado shoes"])
    #expect(try Set(found(misspelt + " ", in: fixture).keys) == [0])
  }

  @Test func correctionsAreAllWordsWithinOneEdit() throws {
    var random = RandomCatalogue(seed: 31)
    let letters = ["a", "b", "c"]
    let words = Set(
      (0..<400).map { _ in
        (0..<Int.random(in: 3...7, using: &random.generator)).map { _ in random.pick(letters) }
          .joined()
      })
    let fixture = try fixture(Array(words))
    try fixture.read { store, txn in
      for _ in 0..<100 {
        let word = (0..<5).map { _ in random.pick(letters) }.joined()
        let near = Set(words.filter { Spelling.distance(Array(word), Array($0)) <= 1 })
        let found = Set(try store.corrections(of: word, in: txn))
        #expect(found == near, "\(word)")
      }
    }
  }

  @Test func knownWordsAreNotCorrected() throws {
    let fixture = try fixture(["shirt", "short"])
    #expect(try Set(found("shirt ", in: fixture).keys) == [0])
  }

  @Test func aRareMisspellingIsReadAsTheCommonWordToo() throws {
    let fixture = try fixture(["runing vest"] + Array(repeating: "running shoes", count: 1500))
    let scores = try found("runing ", in: fixture)
    #expect(scores.count == 1501)
    #expect(try #require(scores[0]) > (try #require(scores[1])))
    // A word that is as common is meant as it is written.
    #expect(try Set(found("vest ", in: fixture).keys) == [0])
  }

  @Test func phrasesMustStandAndExclusionsMustNot() throws {
    let fixture = try fixture([
      "light red dress", "red light lamp", "dark red dress", "reds dresses",
    ])
    #expect(try Set(found("\"red dress\"", in: fixture).keys) == [0, 2])
    #expect(try Set(found("\"red dress\" -dark", in: fixture).keys) == [0])
    #expect(try Set(found("red -\"light red\"", in: fixture).keys) == [1, 2, 3])
    #expect(try Set(found("red -dresses", in: fixture).keys) == [1])
    #expect(try Set(found("\"reds\"", in: fixture).keys) == [3])
  }

  @Test func theTextForTheModelHasNeitherQuotesNorExclusions() {
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
