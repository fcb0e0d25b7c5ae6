import Foundation
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing
import Vitrine
import VitrineServer

/// Answers are written without an encoder, and read as if one had written them.
@Suite struct AnswerEncodingTests {
  @Test(arguments: [
    #"{}"#, #"{"text": "red dress", "k": 2, "facets": ["brand", "price"], "explain": true}"#,
    #"{"filter": "brand = Nobody"}"#, #"{"text": "quoted", "k": 1}"#,
    #"{"terms": [{"vector": [1, 0, 0, 0.5, 0, 0, 0, 0]}], "fields": ["TITLE", "weight"]}"#,
    #"{"fields": []}"#,
  ])
  func `answers are written as the encoder would write them`(body: String) async throws {
    let shop = try await Shop()
    let awkward: [String: Value] = [
      "title": .text("quoted \"\\\" \n\t\u{1} é 👗 / </p>"), "tags": .list(["a", "ü\""]),
      "price": .number(0.1), "weight": .number(1e21), "count": .number(-7), "new": .boolean(true),
      "added": .date(1_700_000_000), "empty": .text(""),
    ]
    try await shop.engine.upsert(
      Product(id: "a \"/", image: "a/b.jpg", attributes: awkward), image: Array("red".utf8))
    let written = try await shop.server().application.test(.router) { client in
      try await client.execute(
        uri: "/v1/indexes/shop/search", method: .post, body: ByteBuffer(string: body))
    }
    let read = try JSONDecoder().decode(
      SearchResponse.self, from: Data(written.body.readableBytesView))
    let query = try JSONDecoder().decode(Query.self, from: Data(body.utf8))
    let expected = try await shop.engine.search(query)
    #expect(try encodedWithoutTimes(read) == encodedWithoutTimes(expected))
    #expect(read.tookMs > 0)
    #expect(!read.hits.isEmpty || body.contains("Nobody"))
  }

  private func encodedWithoutTimes(_ response: SearchResponse) throws -> String {
    var response = response
    response.tookMs = 0
    response.plan?.milliseconds = [:]
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(response), as: UTF8.self)
  }

  @Test func `texts of all lengths are escaped wherever they need it`() async throws {
    let shop = try await Shop()
    var made: [String] = []
    for length in 0..<20 {
      for place in 0..<max(1, length) {
        for sign in ["\"", "\\", "\u{1F}", "é", "\u{7F}", "/"] {
          let text = String(repeating: "a", count: length)
          made.append(String(text.prefix(place)) + sign + text.dropFirst(place + 1))
        }
      }
    }
    let texts = made
    try await shop.engine.upsert(
      texts.enumerated().map { number, text in
        (
          Product(id: "t\(number)", attributes: ["title": .text(text)]),
          ColourEmbedder().vector(of: "hat")
        )
      })
    try await shop.server().application.test(.router) { client in
      let response = try await client.execute(
        uri: "/v1/indexes/shop/search", method: .post,
        body: ByteBuffer(string: #"{"k": 1000, "candidates": 2000, "filter": "not exists brand"}"#))
      let read = try JSONDecoder().decode(
        SearchResponse.self, from: Data(response.body.readableBytesView))
      #expect(read.hits.count == min(1000, texts.count))
      for hit in read.hits {
        let number = try #require(Int(hit.id.dropFirst()))
        #expect(hit.attributes["title"] == .text(texts[number]))
      }
    }
  }
}
