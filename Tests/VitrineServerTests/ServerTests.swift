import CoreMetrics
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing
import Vitrine

import VitrineServer

@Suite struct ServerTests {
  @Test func productsComeAndGo() async throws {
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

  @Test func aBadLineOfManyIsNamedAndNothingIsStored() async throws {
    try await Shop().server().application.test(.router) { client in
      let good = #"{"id": "n1", "image_data": "cmVk"}"#
      let response = try await client.execute(
        uri: "/v1/indexes/shop/products", method: .put,
        body: ByteBuffer(string: good + "\n \r\n\n{\"id\": 7}\n"))
      #expect(response.status == .unprocessableContent)
      #expect((response.json["detail"] as? String)?.contains("line 4") == true)
      let first = try await client.execute(uri: "/v1/indexes/shop/products/n1", method: .get)
      #expect(first.status == .notFound)
    }
  }

  @Test func imagePathsStayBelowTheirRoot() async throws {
    let shop = try await Shop()
    let images = shop.folder.appending(path: "images")
    try FileManager.default.createDirectory(at: images, withIntermediateDirectories: true)
    try Data("red bag".utf8).write(to: images.appending(path: "bag.jpg"))
    try Data("secret".utf8).write(to: shop.folder.appending(path: "secret.jpg"))
    let root = images.path(percentEncoded: false)
    try await shop.server { $0.imageRoot = root }.application.test(.router) { client in
      for (path, status) in [("bag.jpg", 200), ("../secret.jpg", 422), ("none.jpg", 422)] {
        let response = try await client.execute(
          uri: "/v1/indexes/shop/products/bag", method: .put,
          body: ByteBuffer(string: #"{"image": "\#(path)"}"#))
        #expect(response.status.code == status, "\(path)")
      }
    }
  }

  @Test func keysOpenWhatTheyAreFor() async throws {
    let keys = try APIKeys(parsing: "read:readreadreadread\n# a comment\nwrite:writewritewrite1")
    try await Shop().server { $0.keys = keys }.application.test(.router) { client in
      func status(_ method: HTTPRequest.Method, _ key: String?) async throws -> Int {
        var headers = HTTPFields()
        headers[.authorization] = key.map { "Bearer \($0)" }
        return try await client.execute(
          uri: "/v1/indexes/shop/products/p0", method: method, headers: headers
        ).status.code
      }
      #expect(try await status(.get, nil) == 401)
      #expect(try await status(.get, "readreadreadreaX") == 401)
      #expect(try await status(.get, "readreadreadread") == 200)
      #expect(try await status(.delete, "readreadreadread") == 403)
      #expect(try await status(.delete, "writewritewrite1") == 204)
      let cookie = try await client.execute(
        uri: "/v1/indexes", method: .get, headers: [.cookie: "vitrine-key=readreadreadrea%64"])
      #expect(cookie.status == .ok)
      let health = try await client.execute(uri: "/health", method: .get)
      #expect(health.status == .ok)
    }
  }

  @Test(arguments: [
    "//v1/indexes", "/v1//indexes", "///v1/indexes/shop/products/p0", "/v1/indexes/", "//metrics",
    "/metrics/", "/metrics", "/v1/indexes", "/v1", "/v1/indexes/shop/products?filter=price%3E0",
    "//v1/indexes/shop/products?filter=price%3E0", "/%761/indexes", "/nothing", "/health/",
  ]) func `no way of writing an address leads past the keys`(address: String) async throws {
    let shop = try await Shop()
    let keys = try APIKeys(parsing: "read:readreadreadread")
    try await shop.server { $0.keys = keys }.application.test(.router) { client in
      for method in [HTTPRequest.Method.get, .delete, .put, .head] {
        let response = try await client.execute(uri: address, method: method)
        #expect([401, 404].contains(response.status.code), "\(method) \(response.status)")
      }
    }
    #expect(try await shop.engine.statistics().products == 6)
  }

  @Test func `keys are read without blanks around them, and their scheme in any case`() async throws
  {
    let keys = try APIKeys(parsing: "  read:readreadreadread \r\n")
    try await Shop().server { $0.keys = keys }.application.test(.router) { client in
      let response = try await client.execute(
        uri: "/v1/indexes", method: .get, headers: [.authorization: "bearer readreadreadread"])
      #expect(response.status == .ok)
    }
  }

  @Test func `names that hold nothing or end early are refused`() async throws {
    let shop = try await Shop()
    let images = shop.folder.appending(path: "images")
    try FileManager.default.createDirectory(at: images, withIntermediateDirectories: true)
    try Data("red bag".utf8).write(to: images.appending(path: "bag.jpg"))
    let pipe = images.appending(path: "pipe.jpg").path(percentEncoded: false)
    #expect(mkfifo(pipe, 0o600) == 0)
    let root = images.path(percentEncoded: false)
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

  @Test func aBadKeyFileIsRefusedWithoutRepeatingTheKey() {
    let error = #expect(throws: APIKeyError.self) { try APIKeys(parsing: "\nadmin:hunter2hunter2") }
    #expect(error?.line == 2)
    #expect(error?.description.contains("hunter2") == false)
    let later = #expect(throws: APIKeyError.self) {
      try APIKeys(parsing: "read:0123456789abcdef,write:0123456789abcdef\nread:short")
    }
    #expect(later?.line == 2)
  }

  @Test func `a line that is a comment holds no keys, whatever stands behind its commas`()
    async throws
  {
    let old = "write:fedcba9876543210"
    let keys = try APIKeys(parsing: "# old: \(old),\(old)\nread:0123456789abcdef")
    try await Shop().server { $0.keys = keys }.application.test(.router) { client in
      for (key, status) in [("fedcba9876543210", 401), ("0123456789abcdef", 200)] {
        let response = try await client.execute(
          uri: "/v1/indexes", method: .get, headers: [.authorization: "Bearer \(key)"])
        #expect(response.status.code == status)
      }
    }
  }

  @Test func beyondThisMachineKeysAreNeeded() async throws {
    let shop = try await Shop()
    #expect(throws: VitrineError.self) { try shop.server { $0.host = "0.0.0.0" } }
  }

  @Test func otherOriginsAreStrangersUnlessAllowed() async throws {
    let shop = try await Shop()
    for (allowed, expected) in [([], nil), (["https://shop.example"], "https://shop.example")] {
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

  @Test func thePageAndItsFilesAreServedWithTags() async throws {
    try await Shop().server().application.test(.router) { client in
      let page = try await client.execute(uri: "/", method: .get)
      #expect(page.headers[.contentType] == "text/html; charset=utf-8")
      let tag = try #require(page.headers[.eTag])
      let again = try await client.execute(uri: "/", method: .get, headers: [.ifNoneMatch: tag])
      #expect(again.status == .notModified)
      for file in [
        "app.js", "api.js", "state.js", "grid.js", "facets.js", "terms.js", "detail.js",
        "picture.js", "keys.js", "order.js", "focus.js", "indexes.js", "key.js", "query.js",
        "results.js",
        "style.css",
      ] {
        #expect(try await client.execute(uri: "/page/\(file)", method: .get).status == .ok)
      }
      let escape = try await client.execute(uri: "/page/..%2FServer.swift", method: .get)
      #expect(escape.status == .notFound)
    }
  }

  @Test func longTextIsCompressedForThoseWhoTakeIt() async throws {
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

  @Test func metricsCountInPrometheusFormat() {
    let metrics = PrometheusMetrics()
    metrics.makeCounter(label: "searches.total", dimensions: [("http.route", "a\"b")])
      .increment(by: 2)
    let active = metrics.makeMeter(label: "active", dimensions: [])
    active.increment(by: 3)
    active.decrement(by: 1)
    metrics.makeRecorder(label: "size", dimensions: [], aggregate: true).record(Int64(7))
    #expect(
      metrics.text == """
        # TYPE active gauge
        active 2.0
        # TYPE searches_total counter
        searches_total{http_route="a\\"b"} 2.0
        # TYPE size summary
        size_sum 7.0
        size_count 1

        """)
  }

  @Test func durationsAreHistogramsThatAddUp() {
    let metrics = PrometheusMetrics()
    let timer = metrics.makeTimer(label: "search", dimensions: [("index", "shop")])
    for nanoseconds in [500_000, 4_000_000, 1_500_000_000] as [Int64] {
      timer.recordNanoseconds(nanoseconds)
    }
    let lines = metrics.text.split(separator: "\n").map(String.init)
    for line in [
      "# TYPE search_seconds histogram", #"search_seconds_bucket{index="shop",le="0.001"} 1"#,
      #"search_seconds_bucket{index="shop",le="0.005"} 2"#,
      #"search_seconds_bucket{index="shop",le="1.0"} 2"#,
      #"search_seconds_bucket{index="shop",le="+Inf"} 3"#,
      #"search_seconds_sum{index="shop"} 1.5045"#, #"search_seconds_count{index="shop"} 3"#,
    ] {
      #expect(lines.contains(line), "\(line)")
    }
  }

  @Test func theDescriptionNamesEveryRoute() async throws {
    try await Shop().server().application.test(.router) { client in
      let response = try await client.execute(uri: "/openapi.json", method: .get)
      let paths = response.json["paths"] as? [String: Any] ?? [:]
      #expect(paths.keys.contains("/v1/indexes/{index}/search"))
      #expect(paths.count >= 12)
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
  func rangesAreReadAsTheStandardSays(header: String, expected: Range<Int>?) {
    #expect(byteRange(header, of: 10) == expected)
  }

  @Test func workBeyondTheBoundsIsTurnedAway() async throws {
    var limits = ServerConfiguration.Limits()
    limits.concurrentRequests = 1
    limits.seconds = 0.2
    let admission = Admission(limits)
    let (started, signal) = AsyncStream.makeStream(of: Void.self)
    let slow = Task {
      try await admission.run {
        signal.yield()
        try await Task.sleep(for: .seconds(60))
      }
    }
    for await _ in started.prefix(1) {}
    let busy = await #expect(throws: Problem.self) { try await admission.run {} }
    #expect(busy?.status == .tooManyRequests)
    let late = await #expect(throws: Problem.self) { try await slow.value }
    #expect(late?.status == .serviceUnavailable)
  }

  @Test func `work that did not stop in time is answered with what it came to`() async throws {
    var limits = ServerConfiguration.Limits()
    limits.seconds = 0.05
    let outcome: String = try await Admission(limits).run {
      try? await Task.sleep(for: .seconds(60))
      return "stored"
    }
    #expect(outcome == "stored")
  }
}
