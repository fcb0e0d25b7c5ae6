import NIOCore
import NIOPosix
import Testing
import Vitrine
import VitrineServer

/// The server as its clients' bytes meet it.
struct ConnectionTests {
  private static let search = request(
    "POST", "/v1/indexes/shop/search", body: #"{"text": "red dress", "k": 1}"#)
  private static let health = request("GET", "/health")
  private static let last = request("GET", "/nothing", fields: ["Connection: close"])

  @Test func `requests that come together are answered in their order`() async throws {
    let answers = try await exchange([Self.search + Self.health + Self.search + Self.last])
    #expect(answers.statuses == [200, 200, 200, 404])
    #expect(answers.text.contains("Connection: close"))
    #expect(answers.text.contains("Server: vitrine"))
    #expect(answers.text.contains(#/Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/#))
  }

  @Test func `a request may come in pieces`() async throws {
    let bytes = Array((Self.search + Self.last).utf8)
    let pieces = stride(from: 0, to: bytes.count, by: 7).map { start in
      String(decoding: bytes[start..<min(start + 7, bytes.count)], as: UTF8.self)
    }
    #expect(try await exchange(pieces).statuses == [200, 404])
  }

  @Test func `what is too long is refused, and the next request answered`() async throws {
    let long = request(
      "POST", "/v1/indexes/shop/search", body: String(repeating: " ", count: 5_000))
    let bytes = Array(long.utf8)
    let half = String(decoding: bytes[..<2_000], as: UTF8.self)
    let rest = String(decoding: bytes[2_000...], as: UTF8.self)
    let answers = try await exchange([half, rest + Self.search + Self.last]) {
      $0.limits.bodyBytes = 1_000
    }
    #expect(answers.statuses == [413, 200, 404])
  }

  @Test func `what is not HTTP is told so, after the requests before it`() async throws {
    #expect(try await exchange(["good morning\r\n\r\n"]).statuses == [400])
    #expect(try await exchange([Self.health, "good morning\r\n\r\n"]).statuses == [200, 400])
    // Comes while the searches are being answered.
    let answers = try await exchange([Self.search + Self.search + "good morning\r\n\r\n"])
    #expect(answers.statuses == [200, 200, 400])
  }

  @Test func `whoever sends no more gets the answers to what was sent`() async throws {
    let answers = try await exchange([Self.search + Self.search], thenSendsNoMore: true)
    #expect(answers.statuses == [200, 200])
  }

  @Test func `HTTP 1.0 is answered and the connection closed`() async throws {
    let answers = try await exchange(["GET /health HTTP/1.0\r\n\r\n"])
    #expect(answers.statuses == [200])
    #expect(answers.text.contains("Connection: close"))
  }

  @Test func `who asks whether to go on with a long request is told to`() async throws {
    let whole = request(
      "POST", "/v1/indexes/shop/search", fields: ["Expect: 100-continue"], body: #"{"k": 1}"#)
    let head = whole.prefix(whole.count - 8)
    let answers = try await exchange(
      [String(head), String(whole.suffix(8)) + Self.last], waitsForAnswers: true)
    #expect(answers.statuses == [100, 200, 404])
    let old = String(head).replacing("HTTP/1.1", with: "HTTP/1.0")
    #expect(try await exchange([old, String(whole.suffix(8))]).statuses == [200])
  }

  @Test(arguments: ["/nothing", "/v1/indexes/shop/search", "/health", "/openapi.json"])
  func `the answer to a HEAD has no body, whatever it is`(path: String) async throws {
    let head = request("HEAD", path, fields: ["Accept-Encoding: gzip"])
    let answers = try await exchange([head + Self.health + Self.last])
    #expect(answers.statuses.suffix(2) == [200, 404])
    let parts = answers.text.split(separator: "\r\n\r\n")
    #expect(parts.count > 1 && parts[1].hasPrefix("HTTP/1.1 200"), "\(answers.text)")
  }

  @Test func `what says that it is too long is not asked for`() async throws {
    let head =
      "POST /v1/indexes/shop/search HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
      + "Content-Length: 1000000000000\r\n\r\n"
    #expect(try await exchange([head], thenSendsNoMore: true).statuses == [413])
  }

  @Test func `bodies that are read at one time are bounded together`() async throws {
    let search = request(
      "POST", "/v1/indexes/shop/search", fields: ["Connection: close"],
      body: String(repeating: " ", count: 5000))
    let answers = try await exchange([search]) { $0.limits.heldBytes = 1000 }
    #expect(answers.statuses == [429])
  }

  @Test func `who does not read an answer is let go`() async throws {
    let server = try await Shop().server {
      $0.port = 0
      $0.limits.idleSeconds = 0.3
    }
    try await withUnreadClient(of: server) { client in
      try await client.writeAndFlush(ByteBuffer(string: Self.manyLongAnswers))
      // Of what it was sent, it reads nothing: the end shows once it reads.
      try await Task.sleep(for: .seconds(2))
    }
  }

  @Test func `while answers are not read, no more requests are answered`() async throws {
    let shop = try await Shop()
    let delete = request(
      "DELETE", "/v1/indexes/shop/products/p0", fields: ["Connection: close"])
    try await withUnreadClient(of: shop.server { $0.port = 0 }) { client in
      try await client.writeAndFlush(ByteBuffer(string: Self.manyLongAnswers + delete))
      try await Task.sleep(for: .seconds(2))
      #expect(try await shop.engine.product("p0") != nil)
    }
    #expect(try await shop.engine.product("p0") == nil)
  }

  @Test func `whoever sends no more gets the rest of a long answer`() async throws {
    let answers = try await exchange([Self.manyLongAnswers], thenSendsNoMore: true)
    #expect(answers.statuses == Array(repeating: 200, count: 300))
  }

  @Test func `a long answer is compressed before what is asked next is answered`() async throws {
    let query = #"{"terms": [], "k": 6, "explain": true}"#
    let body = "[" + Array(repeating: query, count: 100).joined(separator: ",") + "]"
    let search = request(
      "POST", "/v1/indexes/shop/search", fields: ["Accept-Encoding: gzip"], body: body)
    let length = try await exchange([
      request("POST", "/v1/indexes/shop/search", fields: ["Connection: close"], body: body)
    ]).text.utf8.count
    #expect(length > 1 << 16, "too short to be compressed elsewhere")
    let answers = try await exchange([search + Self.health + Self.last])
    #expect(answers.statuses == [200, 200, 404])
    #expect(answers.text.contains("Content-Encoding: gzip"))
  }

  /// Requests for some 20 MB of answers.
  private static let manyLongAnswers: String = {
    let body =
      #"[{"terms": [], "k": 6}"# + String(repeating: #",{"terms": [], "k": 6}"#, count: 99) + "]"
    return String(
      repeating: request("POST", "/v1/indexes/shop/search", body: body), count: 300)
  }()

  /// Runs `body` with a client that reads nothing, and then reads until the server closes the connection.
  private func withUnreadClient(
    of server: VitrineServer, _ body: (any Channel) async throws -> Void
  ) async throws {
    let (ports, told) = AsyncStream.makeStream(of: Int.self)
    let serving = Task { try await server.run { told.yield($0) } }
    defer { serving.cancel() }
    let port = try #require(await ports.first { _ in true })
    let client = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .channelOption(.autoRead, value: false)
      .connect(host: "127.0.0.1", port: port).get()
    try await body(client)
    try? await client.setOption(.autoRead, value: true).get()  // it may have been let go
    try await client.closeFuture.get()
  }

  @Test func `a silent connection is let go, but not one that waits for an answer`() async throws {
    let slow = try await Shop(secondsOverTexts: 1)
    let long = "X-Long: " + String(repeating: "x", count: 300)
    let trickle = request("GET", "/health", fields: [long]).map(String.init)
    for (pieces, statuses) in [
      ([Self.health], [200]), (["GET /hea"], []), ([Self.search], [200]), (trickle, []),
    ] {
      let answers = try await exchange(pieces, of: slow) { $0.limits.idleSeconds = 0.3 }
      #expect(answers.statuses == statuses)
    }
  }

  @Test func `a server that ends closes its idle connections`() async throws {
    let (ports, told) = AsyncStream.makeStream(of: Int.self)
    let server = try await Shop().server { $0.port = 0 }
    let serving = Task { try await server.run { told.yield($0) } }
    let port = try #require(await ports.first { _ in true })
    let answers = try await exchange([Self.health], port: port, thenSendsNoMore: false) {
      serving.cancel()
    }
    #expect(answers.statuses == [200])
    try? await serving.value
  }

  @Test(.timeLimit(.minutes(1)))
  func `a server that ends waits for nobody who has stopped sending or reading`() async throws {
    let half = String(
      request("POST", "/v1/indexes/shop/search", body: #"{"k": 1}"#).dropLast(4))
    for sent in [half, Self.manyLongAnswers] {
      let (ports, told) = AsyncStream.makeStream(of: Int.self)
      let server = try await Shop().server {
        $0.port = 0
        $0.limits.endingSeconds = 0.2
      }
      let serving = Task { try await server.run { told.yield($0) } }
      let port = try #require(await ports.first { _ in true })
      let client = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        .channelOption(.autoRead, value: false)
        .connect(host: "127.0.0.1", port: port).get()
      try await client.writeAndFlush(ByteBuffer(string: sent))
      try await Task.sleep(for: .milliseconds(200))
      serving.cancel()
      try? await serving.value
      try? await client.close()
    }
  }
}
