import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import TestSupport
import Testing
import Vitrine
import VitrineServer

@Suite struct ServerTests {
  @Test func `products come and go`() async throws {
    try await Shop().server().application.test(.router) { client in
      let uri = "/v1/indexes/shop/products/new"
      let picture = Data("green hat".utf8).base64EncodedString()
      let put = try await client.execute(
        uri: uri, method: .put,
        body: ByteBuffer(
          string: #"{"attributes": {"title": "green hat"}, "image_data": "\#(picture)"}"#))
      #expect(put.status == .ok)
      let got = try await client.execute(uri: uri, method: .get)
      #expect((got.json["attributes"] as? [String: String])?["title"] == "green hat")
      #expect(try await client.execute(uri: uri, method: .delete).status == .noContent)
      #expect(try await client.execute(uri: uri, method: .get).status == .notFound)
      #expect(try await client.execute(uri: uri, method: .delete).status == .notFound)
    }
  }

  @Test func `a bad line of many is named and nothing is stored`() async throws {
    try await Shop().server().application.test(.router) { client in
      let good = #"{"id": "n1", "image_data": "cmVk"}"#
      let response = try await client.execute(
        uri: "/v1/indexes/shop/products", method: .put,
        body: ByteBuffer(string: good + "\n \r\n\n{\"id\": 7}\n"))
      #expect(response.status == .badRequest)
      #expect((response.json["detail"] as? String)?.contains("line 4") == true)
      let first = try await client.execute(uri: "/v1/indexes/shop/products/n1", method: .get)
      #expect(first.status == .notFound)
    }
  }

  @Test func `image paths stay below their root`() async throws {
    let shop = try await Shop()
    try shop.directory.write("red bag", to: "images/bag.jpg")
    try shop.directory.write("secret", to: "secret.jpg")
    let root = shop.directory.appending("images")
    try await shop.server { $0.imageRoot = root }.application.test(.router) { client in
      for (path, status) in [("bag.jpg", 200), ("../secret.jpg", 422), ("none.jpg", 422)] {
        let response = try await client.execute(
          uri: "/v1/indexes/shop/products/bag", method: .put,
          body: ByteBuffer(string: #"{"image": "\#(path)"}"#))
        #expect(response.status.code == status, "\(path)")
      }
    }
  }

  @Test func `names that hold nothing or end early are refused`() async throws {
    let shop = try await Shop()
    try shop.directory.write("red bag", to: "images/bag.jpg")
    #expect(mkfifo(shop.directory.appending("images/pipe.jpg"), 0o600) == 0)
    let root = shop.directory.appending("images")
    try await shop.server { $0.imageRoot = root }.application.test(.router) { client in
      for body in [
        #"{"image": "bag.jpg", "attributes": {"": "x"}}"#, #"{"image": "bag.jpg\u0000.png"}"#,
        #"{"image": "pipe.jpg"}"#,
      ] {
        let response = try await client.execute(
          uri: "/v1/indexes/shop/products/bag", method: .put, body: ByteBuffer(string: body))
        #expect(response.status == .unprocessableContent, "\(body)")
      }
    }
  }

  @Test func `other origins are strangers unless allowed`() async throws {
    let shop = try await Shop()
    let origin = "https://shop.example"
    for (allowed, expected) in [
      ([], nil), ([origin], origin), (["https://Shop.example:443/"], origin),
    ] {
      try await shop.server { $0.allowedOrigins = allowed }.application.test(.router) { client in
        let response = try await client.execute(
          uri: "/page/app.js", method: .get,
          headers: [.origin: "https://shop.example", .acceptEncoding: "gzip"])
        #expect(response.headers[.accessControlAllowOrigin] == expected)
        let varying = expected.map { _ in ["Origin", "Accept-Encoding"] } ?? ["Accept-Encoding"]
        #expect(response.headers[values: .vary] == varying)
        // What is stored for those of no origin is not for pages of one.
        let plain = try await client.execute(uri: "/page/app.js", method: .get)
        #expect(plain.headers[.accessControlAllowOrigin] == nil)
        #expect(plain.headers[values: .vary].contains("Origin") == (expected != nil))
      }
    }
  }

  @Test(arguments: [
    "shop.example", "*", "https://", "https://shop.example/page", "https://shop.example//", "null",
    "https://shop.example:port", "https://a@shop.example", "", "http://é.de", "http://h:99999",
    "http://h:0", "http://h:080", "https://*.shop.example",
  ]) func `what no browser sends as an origin is refused`(origin: String) async throws {
    let shop = try await Shop()
    #expect(throws: VitrineError.self) { try shop.server { $0.allowedOrigins = [origin] } }
  }

  @Test func `the page and its files are served with tags`() async throws {
    try await Shop().server().application.test(.router) { client in
      let page = try await client.execute(uri: "/", method: .get)
      #expect(page.headers[.contentType] == "text/html; charset=utf-8")
      let tag = try #require(page.headers[.eTag])
      let again = try await client.execute(uri: "/", method: .get, headers: [.ifNoneMatch: tag])
      #expect(again.status == .notModified)
      for file in [
        "app.js", "api.js", "state.js", "grid.js", "facets.js", "terms.js", "detail.js",
        "picture.js", "keys.js", "order.js", "focus.js", "indexes.js", "key.js", "query.js",
        "results.js", "scale.js", "range.js", "example.js", "style.css",
      ] {
        #expect(try await client.execute(uri: "/page/\(file)", method: .get).status == .ok)
      }
      for (path, method) in [("/", HTTPRequest.Method.post), ("/page/style.css", .delete)] {
        let refused = try await client.execute(uri: path, method: method)
        #expect(refused.status == .methodNotAllowed)
        #expect(refused.headers[.allow] == "GET, HEAD")
      }
      let escape = try await client.execute(uri: "/page/..%2FServer.swift", method: .get)
      #expect(escape.status == .notFound)
    }
  }

  @Test func `long text is compressed for those who take it`() async throws {
    try await Shop().server().application.test(.router) { client in
      let plain = try await client.execute(uri: "/page/app.js", method: .get)
      let small = try await client.execute(
        uri: "/page/app.js", method: .get, headers: [.acceptEncoding: "gzip, br"])
      #expect(small.headers[.contentEncoding] == "gzip")
      #expect(small.body.readableBytes < plain.body.readableBytes / 2)
      #expect(Array(small.body.readableBytesView.prefix(2)) == [0x1F, 0x8B])
      #expect(small.headers[.eTag] == plain.headers[.eTag].map { "W/" + $0 })
      #expect(plain.headers[.vary] == "Accept-Encoding")
      for (accepted, isCompressed) in [
        ("GZIP", true), ("*", true), ("br;q=1, gzip;q=0.2", true), ("gzip;q=0", false),
        ("*, gzip;q=0", false), ("br", false), ("gzipped", false),
      ] {
        let response = try await client.execute(
          uri: "/page/app.js", method: .get, headers: [.acceptEncoding: accepted])
        #expect((response.headers[.contentEncoding] == "gzip") == isCompressed, "\(accepted)")
      }
    }
  }

  @Test func `the description names every route`() async throws {
    try await Shop().server().application.test(.router) { client in
      let response = try await client.execute(uri: "/openapi.json", method: .get)
      let paths = response.json["paths"] as? [String: [String: Any]] ?? [:]
      // What the methods of a path have in common stands beside them.
      let methods = paths.mapValues { Set($0.keys).subtracting(["parameters"]) }
      let index = "/v1/indexes/{index}"
      let product = "\(index)/products/{id}"
      let expected: [String: Set<String>] = [
        "/health": ["get"], "/ready": ["get"], "/metrics": ["get"], "/openapi.json": ["get"],
        "/v1/indexes": ["get"], "\(index)/search": ["post"], "\(index)/facets": ["get"],
        "\(index)/classify": ["post"], "\(index)/products": ["put", "delete"],
        product: ["get", "put", "delete"], "\(product)/image": ["get"],
        "\(product)/similar": ["get"], "\(product)/recommend": ["get"],
      ]
      #expect(methods == expected)
    }
  }

  @Test(arguments: [(nil, ["attic", "cellar", "shop"]), ("shop", ["shop", "attic", "cellar"])])
  func `indexes are listed by name, but for the one that is to be first`(
    first: String?, expected: [String]
  ) async throws {
    let server = try await Shop().server(as: ["shop", "cellar", "attic"]) { $0.firstIndex = first }
    try await server.application.test(.router) { client in
      let indexes = try await client.execute(uri: "/v1/indexes", method: .get).json["indexes"]
      #expect((indexes as? [[String: Any]])?.compactMap { $0["name"] as? String } == expected)
    }
  }

  @Test(arguments: [
    ("bytes=0-4", 0..<5), ("bytes=5-", 5..<10), ("Bytes=-3", 7..<10), ("bytes=8-99", 8..<10),
    ("bytes=0-99999999999999999999", 0..<10), ("bytes=-99", 0..<10), ("bytes=10-", 10..<10),
    ("bytes=-0", 10..<10), ("bytes=4-2", nil), ("bytes=0-1,3-4", nil), ("items=0-1", nil),
    ("bytes=-", nil), ("bytes=+1-2", nil),
  ])
  func `ranges are read as the standard says`(header: String, expected: Range<Int>?) {
    #expect(byteRange(header, of: 10) == expected)
  }
}
