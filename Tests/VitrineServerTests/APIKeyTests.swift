import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing
import Vitrine
import VitrineServer

/// Who may do what, and that nobody else does.
@Suite struct APIKeyTests {
  @Test func `keys open what they are for`() async throws {
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
      for scheme in ["bearer ", "Bearer  "] {
        let response = try await client.execute(
          uri: "/v1/indexes", method: .get,
          headers: [.authorization: scheme + "readreadreadread"])
        #expect(response.status == .ok)
      }
    }
  }

  @Test func `a bad key file is refused without repeating the key`() {
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

  @Test func `beyond this machine keys are needed`() async throws {
    let shop = try await Shop()
    #expect(throws: VitrineError.self) { try shop.server { $0.host = "0.0.0.0" } }
  }
}
