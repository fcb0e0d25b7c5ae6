import Foundation
import TestSupport
import Testing
import Vitrine

@Suite struct QueryJSONTests {
  private func quick(_ text: String, schema: Schema? = nil) -> Query? {
    QuickQueryReader.query(Array(text.utf8)) { schema }
  }

  private func decoded(_ text: String) throws -> Query {
    try JSONDecoder().decode(Query.self, from: Data(text.utf8))
  }

  @Test(arguments: [
    "{}", " { } ", #"{"text":"red dress"}"#, "{\"text\" : \"\" ,\n\"k\":\t7}",
    #"{"terms":[]}"#, #"{"terms":[{"vector":[]}]}"#, #"{"fields":[],"explain":true,"exact":false}"#,
    #"{"terms":[{"vector":[1,-0.5,2e-3, 0 ,-0]},{"product":"a/b","weight":-0.5}],"text":"é 👗"}"#,
    #"{"filter":"price < 20 and brand = Acme","ef":100,"candidates":300,"fields":["a","b"]}"#,
  ])
  func `usual queries are read at once`(text: String) throws {
    #expect(try #require(quick(text)) == decoded(text))
  }

  /// Whatever is read at once is what the decoder reads, and what the decoder refuses is not read.
  @Test(arguments: [
    "", "[]", "null", "{", #"{"text":"#, #"{"text":"a"}}"#, #"{"text":"a",}"#, #"{,"text":"a"}"#,
    #"{"text":"a\n"}"#, "{\"text\":\"a\nb\"}", #"{"k":1.5}"#, #"{"k":-1}"#, #"{"k":01}"#,
    #"{"k":1e2}"#, #"{"k":"1"}"#, #"{"k":99999999999999999999}"#, #"{"text":"a","text":"b"}"#,
    #"{"text":null}"#, #"{"vector":[1]}"#, #"{"terms":[{"vector":[1,]}]}"#,
    #"{"terms":[{"vector":[1 2]}]}"#, #"{"terms":[{"vector":[.5]}]}"#,
    #"{"terms":[{"vector":[1.]}]}"#, #"{"terms":[{"vector":[+1]}]}"#,
    #"{"terms":[{"vector":[1e]}]}"#, #"{"terms":[{"vector":[1e999]}]}"#,
    #"{"terms":[{"vector":[-]}]}"#, #"{"terms":[{"vector":[NaN]}]}"#, #"{"terms":[{}]}"#,
    #"{"terms":[{"text":"a","vector":[1]}]}"#, #"{"filter":"price <"}"#, #"{"exact":1}"#,
    #"{"boosts":[{"attribute":"price","popularity":true}]}"#, #"{"unknown":1}"#,
    "{\"text\":\"\u{0}\"}",
  ])
  func `other queries are left to the decoder`(text: String) throws {
    guard let query = quick(text) else { return }
    #expect(try decoded(text) == query)
  }

  @Test(arguments: [41, 42] as [UInt64])
  func `numbers are the nearest ones`(seed: UInt64) throws {
    var generator = SplitMix(seed: seed)
    func digits(_ count: Int) -> String {
      String((0..<count).map { _ in "0123456789".randomElement(using: &generator) ?? "0" })
    }
    for _ in 0..<20_000 {
      var text = Bool.random(using: &generator) ? "-" : ""
      text += "\(Int.random(in: 0...9, using: &generator))"
      if Bool.random(using: &generator) {
        text += "." + digits(Int.random(in: 1...20, using: &generator))
      }
      if Int.random(in: 0..<4, using: &generator) == 0 {
        text += "e\(Int.random(in: -30...30, using: &generator))"
      }
      try check(text, seed)
    }
    // Next to the middle between two numbers, where rounding twice would mislead.
    for _ in 0..<20_000 {
      let number = Float.random(in: -2...2, using: &generator)
      let middle = (Double(number) + Double(number.nextUp)) / 2
      let unit = Int.random(in: -3...3, using: &generator)
      let near = Double(bitPattern: middle.bitPattern &+ UInt64(bitPattern: Int64(unit)))
      try check("\(near)", seed)
      try check(String(format: "%.25f", near), seed)
      try check("\(number)", seed)
    }
  }

  private func check(_ number: String, _ seed: UInt64) throws {
    guard let query = quick("{\"terms\":[{\"vector\":[\(number)]}]}") else {
      #expect(Float(number).map { !$0.isFinite } ?? true, "seed \(seed): \(number) is usual")
      return
    }
    #expect(query.terms == [.vector([try #require(Float(number))])], "seed \(seed): \(number)")
  }

  @Test func `arrays of queries are read the same way`() throws {
    let text = #" [ {"text":"a"} , {"terms":[{"vector":[1,2]}],"k":3} ] "#
    let queries = try #require(QuickQueryReader.queries(Array(text.utf8)) { nil })
    #expect(queries == [Query("a"), try decoded(#"{"terms":[{"vector":[1,2]}],"k":3}"#)])
    #expect(try Query.list(json: Array(text.utf8)) { nil } == queries)
    let other = #"[{"text":"a"},{"cutoff":0.5}]"#
    #expect(QuickQueryReader.queries(Array(other.utf8)) { nil } == nil)
    #expect(try Query.list(json: Array(other.utf8)) { nil }.map(\.cutoff) == [nil, 0.5])
    #expect(throws: DecodingError.self) { _ = try Query.list(json: Array("[{]".utf8)) { nil } }
  }

  @Test(arguments: [
    #"{"boosts":[{"attribute":"price","popularity":true,"wieght":1}]}"#,
    #"{"weights":{"similarty":1}}"#, #"{"group":{"attribute":"brand","sise":2}}"#,
    #"{"sort":[{"attribute":"price","decending":true}]}"#,
    #"{"facets":[{"attribute":"brand","limt":3}]}"#,
  ])
  func `a misspelt member is refused wherever it stands`(text: String) {
    let error = #expect(throws: DecodingError.self) { try decoded(text) }
    guard case .dataCorrupted(let context) = error else {
      Issue.record("refused as \(error as Any)")
      return
    }
    #expect(context.debugDescription.contains("did you mean"))
  }

  @Test func `filters are checked against the schema`() throws {
    let schema = Schema(attributes: [Attribute(name: "price", kind: .number)])
    let text = #"{"filter":"prize < 20"}"#
    #expect(quick(text, schema: schema) == nil)
    #expect(throws: FilterError.self) { _ = try Query(json: Array(text.utf8)) { schema } }
    #expect(try Query(json: Array(#"{"filter":"price < 20"}"#.utf8)) { schema }.filter != nil)
  }

  @Test func `queries survive JSON`() throws {
    var query = Query("red \"summer dress\"")
    query.terms += [.product("a", weight: -0.5), .vector([1, 2]), .image([0, 255, 7])]
    query.filter = try Filter.parse("price < 5 and not brand = \"A b\"")
    query.ef = 99
    query.weights = BlendWeights(similarity: 0.2, lexical: 0.8, mention: 0)
    query.fusion = .reciprocalRank
    query.boosts = [
      Boost("price", .near(5, half: 2)), Boost("sales", .popularity, weight: 1),
      Boost("brand", .values([.text("A"), .text("B")])),
    ]
    query.fieldWeights = FieldWeights(["title": 2])
    query.cutoff = 0.25
    query.facets = [FacetRequest("brand", limit: 3)]
    query.group = Grouping(by: "brand", size: 2)
    query.diversity = 0.5
    query.sort = [SortKey("price", descending: true)]
    query.cursor = "x"
    let json = try JSONEncoder().encode(query)
    #expect(try JSONDecoder().decode(Query.self, from: json) == query)
    let short = try decoded(
      #"{"text": "red", "filter": "price < 5", "facets": ["brand"], "k": 3}"#)
    #expect(short.terms == [.text("red")])
    #expect(short.facets == [FacetRequest("brand")])
    #expect(short.k == 3)
    #expect(short.candidates == Query().candidates)
  }
}
