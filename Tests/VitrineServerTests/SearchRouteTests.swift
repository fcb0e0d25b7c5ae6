import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing
import Vitrine
import VitrineServer

@Suite struct SearchRouteTests {
  private func search(_ body: String, _ configure: (inout ServerConfiguration) -> Void = { _ in })
    async throws -> TestResponse
  {
    try await Shop().server(configure).application.test(.router) { client in
      try await client.execute(
        uri: "/v1/indexes/shop/search", method: .post, body: ByteBuffer(string: body))
    }
  }

  @Test func `a search has the hits and the facets that it asks for`() async throws {
    let response = try await search(
      #"{"text": "red dress", "k": 2, "filter": "price < 100", "facets": ["brand", "price"]}"#)
    #expect(response.status == .ok)
    let hits = response.json["hits"] as? [[String: Any]]
    #expect(hits?.count == 2)
    #expect(hits?.first?["id"] as? String == "p0")
    #expect((response.json["facets"] as? [Any])?.count == 2)
  }

  @Test func `a search that takes too long is given up`() async throws {
    let shop = try await Shop()
    await #expect(throws: OutOfTime.self) {
      _ = try await shop.engine.searchJSON([Query("red")], asArray: false, deadline: .now)
    }
    var limits = ServerConfiguration.Limits()
    limits.seconds = 0
    let late = await #expect(throws: Problem.self) {
      try await Admission(limits).counted { throw OutOfTime() }
    }
    #expect(late?.status == .serviceUnavailable)
    let response = try await search(#"{"text": "red dress"}"#) { $0.limits.seconds = 0 }
    #expect(response.status == .serviceUnavailable)
  }

  @Test func `an array of queries is answered by an array`() async throws {
    let bodies = [#"{"text": "red dress", "k": 2}"#, #"{"text": "blue shoe", "k": 1}"#]
    let together = try await search("[\(bodies.joined(separator: ","))]")
    #expect(together.status == .ok)
    let answers = try JSONDecoder().decode(
      [SearchResponse].self, from: Data(together.body.readableBytesView))
    for (body, answer) in zip(bodies, answers) {
      let alone = try JSONDecoder().decode(
        SearchResponse.self, from: Data(try await search(body).body.readableBytesView))
      #expect(answer.hits.map(\.id) == alone.hits.map(\.id))
    }
    #expect(answers.map(\.hits.count) == [2, 1])
    let many = Array(repeating: bodies[0], count: 1000).joined(separator: ",")
    #expect(try await search("[\(many)]").status == .unprocessableContent)
  }

  @Test func `explain tells parts that add up`() async throws {
    let response = try await search(#"{"text": "blue shoe", "explain": true, "k": 1}"#)
    let hit = (response.json["hits"] as? [[String: Any]])?.first
    let parts = hit?["explain"] as? [[String: Any]] ?? []
    let sum = parts.reduce(0.0) { $0 + ($1["score"] as? Double ?? 0) }
    #expect(!parts.isEmpty)
    #expect(abs(sum - (hit?["score"] as? Double ?? -1)) < 1e-4)
  }

  @Test(arguments: [
    (#"{"text": "#, 400), (#"{"k": "ten"}"#, 400), (#"{"text": "red", "k": 0}"#, 422),
    (#"{"text": "red", "k": 100000}"#, 422), (#"{"filter": "price <"}"#, 422),
    (#"{"filter": "colour = Red"}"#, 422), (#"{"text": "red", "cursor": "x"}"#, 422),
    (#"{"terms": [{"image": ""}]}"#, 422), (#"{"terms": [{"product": "nobody"}]}"#, 404),
    (#"{"terms": [{"vector": [1]}]}"#, 422), (#"{"fields": ["titel"]}"#, 422),
    (#"{"field_weights": {"titel": 2}}"#, 422),
    (#"{"sort": [\#(many(#"{"attribute": "price"}"#))]}"#, 422),
    (#"{"facets": [\#(many(#"{"attribute": "price"}"#))]}"#, 422),
    (#"{"boosts": [\#(many(#"{"attribute": "brand", "values": ["Acme"], "weight": 1}"#))]}"#, 422),
    (#"{"facets": [\#(many(#"{"attribute": "price", "limit": 9999}"#, 6))]}"#, 422),
    (#"{"text": "\#(String(repeating: "red ", count: 20_000))"}"#, 422),
    (#"{"text": "red", "k": 01}"#, 400), (#"{"text": "red"} x"#, 400),
  ])
  func badRequestsAreProblemsInWords(body: String, status: Int) async throws {
    let response = try await search(body)
    #expect(response.status.code == status, "\(body): \(String(buffer: response.body))")
    #expect(response.headers[.contentType] == "application/problem+json")
    #expect((response.json["detail"] as? String)?.isEmpty == false)
  }

  @Test(arguments: [
    ("", "the body is empty"), (" \n", "the body is empty"),
    (#"{"sort": ["price"]}"#, "expected an object, found a string at .sort[0]"),
    (#"{"k": "ten"}"#, "expected a whole number, found a string at .k"),
    (#"{"fusion": "x"}"#, "\"x\" is none of the values that can stand here at .fusion"),
    (#"{"terms": [{"image": "?"}]}"#, "expected base64 at .terms[0].image"),
    (#"{"text": "red", "k": 1.5}"#, "number that"),
    (#"{"text": "red", "k": 5000}"#, "k: expected 1 to 1000, found 5000"),
    (#"[{"text": "red"}, {"text": "red", "k": 0}]"#, "[1].k: expected 1 to 1000, found 0"),
    (#"[{"text": "red"}, {"text": "red", "ef": 0}]"#, "query 2: ef must be"),
    (#"{"text": "red", "k": 99999999999999999999}"#, "number that"),
  ])
  func `JSON of another shape is told in words of JSON`(body: String, words: String) async throws {
    let response = try await search(body)
    let detail = try #require(response.json["detail"] as? String)
    #expect(detail.contains(words), "\(detail)")
  }

  @Test(arguments: [
    ("products/p0/similar?k=1&filtr=price%3C10", "did you mean \"filter\"?"),
    ("products/p0/similar?k=1&k=2", "k: expected once, found 2 times"),
    ("products/p0/similar?filter=price%3C30&filter=price%3E10", "filter: expected once"),
    ("facets?attribute=brand&attribute=price&atribute=title", "did you mean \"attribute\"?"),
    ("products/p0?fields=title", "unknown parameter \"fields\""),
  ])
  func `what a URL asks in vain is refused`(path: String, words: String) async throws {
    try await Shop().server().application.test(.router) { client in
      let response = try await client.execute(uri: "/v1/indexes/shop/\(path)", method: .get)
      #expect(response.status == .unprocessableContent)
      let detail = try #require(response.json["detail"] as? String)
      #expect(detail.contains(words), "\(detail)")
    }
  }

  @Test func `a body beyond the limit is refused`() async throws {
    let response = try await search(#"{"text": "red dress"}"#) { $0.limits.bodyBytes = 10 }
    #expect(response.status == .contentTooLarge)
  }

  @Test func `an unknown index is not found`() async throws {
    try await Shop().server().application.test(.router) { client in
      let response = try await client.execute(
        uri: "/v1/indexes/attic/search", method: .post, body: ByteBuffer(string: "{}"))
      #expect(response.status == .notFound)
    }
  }

  @Test func `a plus between parameters is a blank`() async throws {
    try await Shop().server().application.test(.router) { client in
      for filter in ["price+%3C+30", "price%20%3C%2030"] {
        let response = try await client.execute(
          uri: "/v1/indexes/shop/facets?attribute=brand&filter=\(filter)", method: .get)
        #expect(response.status == .ok)
        let facet = (response.json["facets"] as? [[String: Any]])?.first
        #expect(facet?["relevant"] as? Int == 2, "\(String(buffer: response.body))")
      }
    }
  }

  @Test func `similar products and facets are UR ls`() async throws {
    try await Shop().server().application.test(.router) { client in
      let similar = try await client.execute(
        uri: "/v1/indexes/shop/products/p0/similar?k=3", method: .get)
      let ids = (similar.json["hits"] as? [[String: Any]])?.compactMap { $0["id"] as? String }
      #expect(ids?.count == 3)
      #expect(ids?.contains("p0") == false)
      let facets = try await client.execute(
        uri: "/v1/indexes/shop/facets?attribute=brand&filter=price%20%3C%2025", method: .get)
      #expect(facets.status == .ok)
      #expect((facets.json["facets"] as? [Any])?.count == 1)
      let none = try await client.execute(uri: "/v1/indexes/shop/facets", method: .get)
      #expect(none.status == .unprocessableContent)
    }
  }

  @Test func `recommendations go along a direction`() async throws {
    let shop = try await Shop()
    // Enough of all colours to show what blue means.
    let mixed = ["red green", "red blue", "green blue"].flatMap { colours in
      ["dress", "shirt", "shoe", "bag", "hat"].map { "\(colours) \($0)" }
    }
    try await shop.engine.upsert(
      mixed.map { (Product(id: $0), ColourEmbedder().vector(of: $0)) })
    try await shop.server().application.test(.router) { client in
      let product = "/v1/indexes/shop/products/p0/recommend"
      let response = try await client.execute(uri: product + "?towards=blue", method: .get)
      #expect(response.status == .ok)
      #expect((response.json["start"] as? [String: Any])?["id"] as? String == "p0")
      // From the red dress.
      let steps = try #require(response.json["steps"] as? [[String: Any]])
      let first = try #require(steps.first)
      #expect((first["hit"] as? [String: Any])?["id"] as? String == "red blue dress")
      #expect(first["progress"] as? Double ?? 0 > 0)
      let kept = try await client.execute(
        uri: product + "?towards=blue&keep=brand&keep=price", method: .get)
      #expect(kept.status == .ok)
      #expect((kept.json["steps"] as? [Any])?.isEmpty == true)
      let aimless = try await client.execute(uri: product, method: .get)
      #expect(aimless.status == .unprocessableContent)
    }
  }

  @Test func `a photograph is classified`() async throws {
    try await Shop().server().application.test(.router) { client in
      let response = try await client.execute(
        uri: "/v1/indexes/shop/classify?label=red%20dress&label=blue%20shoe", method: .post,
        body: ByteBuffer(string: "a blue shoe"))
      let first = (response.json["predictions"] as? [[String: Any]])?.first
      #expect(first?["label"] as? String == "blue shoe")
      let labels = (0..<50).map { "label=\($0)" } + (0..<50).map { "template=\($0)%7B%7D" }
      let long = try await client.execute(
        uri: "/v1/indexes/shop/classify?\(labels.joined(separator: "&"))", method: .post,
        body: ByteBuffer(string: "a blue shoe"))
      #expect(long.status == .unprocessableContent)
      #expect(String(buffer: long.body).contains("at most 2000, found 2500"))
    }
  }
}

/// A part again and again; by default more often than a query may have one.
private func many(_ part: String, _ count: Int = Query.Limits.parts + 1) -> String {
  Array(repeating: part, count: count).joined(separator: ",")
}
