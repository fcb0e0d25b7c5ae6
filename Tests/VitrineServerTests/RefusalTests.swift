import Foundation
import Testing
import Vitrine
import VitrineServer

/// What is refused before any route sees it, and what breaks off.
struct RefusalTests {
  private static let search = request(
    "POST", "/v1/indexes/shop/search", body: #"{"text": "red dress", "k": 1}"#)

  @Test(arguments: [
    ("GET /health HTTP/1.1\r\n\r\n", 400, "expected one Host, found 0"),
    ("GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "expected one Host, found 2"),
    ("EAT /health HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "the method is none of HTTP's"),
    ("GET /health HTTP/1.1\r\nContent-Length: -5\r\n\r\n", 400, "expected one Content-Length"),
    (
      "GET /health HTTP/1.1\r\nX-Long: \(String(repeating: "x", count: 81_930))\r\n\r\n", 431,
      "header fields"
    ),
    (
      "PUT /v1/indexes/shop/products HTTP/1.1\r\nHost: localhost\r\n"
        + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n", 400, "a chunk does not say how long it is"
    ),
  ])
  func `what is not HTTP is told what is wrong with it`(
    sent: String, status: Int, words: String
  ) async throws {
    let answers = try await exchange([sent])
    #expect(answers.statuses == [status])
    #expect(answers.text.contains("Content-Type: application/problem+json"))
    let body = try #require(answers.text.split(separator: "\r\n\r\n").last)
    let json = try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
    #expect(json?["status"] as? Int == status)
    #expect((json?["detail"] as? String)?.contains(words) == true, "\(body)")
  }

  @Test func `a request names one host, which is this machine where there are no keys`()
    async throws
  {
    func statuses(_ fields: String, keys: String = "") async throws -> [Int] {
      let keys = try APIKeys(parsing: keys)
      return try await exchange(["GET /health HTTP/1.1\r\n\(fields)Connection: close\r\n\r\n"]) {
        $0.keys = keys
      }.statuses
    }
    for host in ["localhost", "127.0.0.1:8080", "[::1]:80", "LOCALHOST"] {
      #expect(try await statuses("Host: \(host)\r\n") == [200], "\(host)")
    }
    for host in ["evil.example", "127.evil.example", "localhost.evil.example", "10.0.0.1:80"] {
      #expect(try await statuses("Host: \(host)\r\n") == [421], "\(host)")
    }
    #expect(try await statuses("Host: shop.example\r\n", keys: "read:0123456789abcdef") == [200])
    #expect(try await statuses("") == [400])
    #expect(try await statuses("Host: localhost\r\nHost: localhost\r\n") == [400])
  }

  @Test func `nobody is told to go on with what is refused already`() async throws {
    for (path, key, status) in [
      ("/nothing", "", 404), ("/v1/indexes/shop/products", "read:0123456789abcdef", 401),
    ] {
      let head =
        "PUT \(path) HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"
      let keys = try APIKeys(parsing: key)
      let answers = try await exchange([head], thenSendsNoMore: true) { $0.keys = keys }
      #expect(answers.statuses == [status])
    }
  }

  @Test func `of a request that breaks off nothing is stored`() async throws {
    let shop = try await Shop()
    let product = #"{"id": "new", "image_data": "cmVk"}"#
    let whole = request(
      "PUT", "/v1/indexes/shop/products", body: "\(product)\n\(product)    ")
    let answers = try await exchange(
      [String(whole.prefix(whole.count - 4))], of: shop, thenSendsNoMore: true)
    #expect(answers.statuses == [400])
    let both = try await exchange(
      [Self.search + whole.prefix(whole.count - 4)], of: shop, thenSendsNoMore: true)
    #expect(both.statuses == [200, 400])
    #expect(try await shop.engine.product("new") == nil)
  }
}
