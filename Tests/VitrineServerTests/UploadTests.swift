import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import TestSupport
import Testing
import Vitrine
import VitrineServer

@Suite struct UploadTests {
  private static func body(_ words: String, _ attributes: String = "{}") -> ByteBuffer {
    let picture = Data(words.utf8).base64EncodedString()
    return ByteBuffer(string: #"{"attributes": \#(attributes), "image_data": "\#(picture)"}"#)
  }

  @Test func `uploaded pictures are kept and served`() async throws {
    let shop = try await Shop()
    let root = shop.directory.appending("pictures of Müller")
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    try await shop.server { $0.imageRoot = root }.application.test(.router) { client in
      let uri = "/v1/indexes/shop/products/new"
      let put = try await client.execute(uri: uri, method: .put, body: Self.body("green hat"))
      #expect(put.status == .ok)
      let path = try await client.execute(uri: uri, method: .get).json["image"] as? String
      #expect(path?.hasPrefix("uploads/") == true)
      let bad = try await client.execute(uri: uri, method: .put, body: Self.body(""))
      #expect(bad.status == .unprocessableContent)
      // The same picture for another product, which cannot be stored.
      let other = try await client.execute(
        uri: "/v1/indexes/shop/products/other", method: .put,
        body: Self.body("green hat", #"{"price": "dear"}"#))
      #expect(other.status == .unprocessableContent)
      let image = try await client.execute(uri: uri + "/image", method: .get)
      #expect(String(buffer: image.body) == "green hat")
      let kept = try FileManager.default.contentsOfDirectory(atPath: root + "/uploads")
      #expect(kept.count == 1)
    }
  }

  @Test func `without a folder uploads are embedded and forgotten`() async throws {
    try await Shop().server().application.test(.router) { client in
      let uri = "/v1/indexes/shop/products/new"
      _ = try await client.execute(uri: uri, method: .put, body: Self.body("green hat"))
      #expect(try await client.execute(uri: uri + "/image", method: .get).status == .notFound)
      let similar = try await client.execute(uri: uri + "/similar?k=1", method: .get)
      #expect(similar.status == .ok)
    }
  }

  @Test func `a product keeps its picture when its facts change`() async throws {
    let shop = try await Shop()
    let vector = try await shop.engine.vector("p0")
    try await shop.server().application.test(.router) { client in
      let body = ByteBuffer(string: #"{"attributes": {"title": "red dress", "price": 5}}"#)
      let put = try await client.execute(
        uri: "/v1/indexes/shop/products/p0", method: .put, body: body)
      #expect(put.status == .ok)
      let new = try await client.execute(
        uri: "/v1/indexes/shop/products/p99", method: .put, body: body)
      #expect(new.status == .unprocessableContent)
      let named = ByteBuffer(string: #"{"id": "p1", "attributes": {"price": 7}}"#)
      let other = try await client.execute(
        uri: "/v1/indexes/shop/products/p0", method: .put, body: named)
      #expect(other.status == .unprocessableContent)
    }
    #expect(try await shop.engine.product("p0")?.attributes["price"] == .number(5))
    #expect(try await shop.engine.vector("p0") == vector)
  }

  @Test func `attributes that no product had are named`() async throws {
    try await Shop().server().application.test(.router) { client in
      for expected in [["prize"], []] {
        let response = try await client.execute(
          uri: "/v1/indexes/shop/products/p0", method: .put,
          body: ByteBuffer(string: #"{"attributes": {"title": "red dress", "prize": 5}}"#))
        #expect(response.json["stored"] as? Int == 1)
        #expect(response.json["new_attributes"] as? [String] == expected)
      }
    }
  }

  @Test func `of lines for one product the last one counts, with the last picture`() async throws {
    let shop = try await Shop()
    try await shop.server().application.test(.router) { client in
      let lines = """
        {"id": "p0", "attributes": {"title": "3"}, "image_data": "Z3JlZW4gaGF0"}
        {"id": "p0", "attributes": {"title": "4"}}
        """
      let response = try await client.execute(
        uri: "/v1/indexes/shop/products", method: .put, body: ByteBuffer(string: lines))
      #expect(response.status == .ok)
    }
    #expect(try await shop.engine.product("p0")?.attributes["title"] == .text("4"))
    let green = ColourEmbedder().vector(of: "green hat")
    let stored = try #require(try await shop.engine.vector("p0"))
    #expect(zip(stored, green).allSatisfy { abs($0 - $1) < 0.01 })
  }

  @Test func `many products are deleted by id or by filter`() async throws {
    try await Shop().server().application.test(.router) { client in
      func delete(_ query: String) async throws -> TestResponse {
        try await client.execute(uri: "/v1/indexes/shop/products\(query)", method: .delete)
      }
      #expect(try await delete("?id=p0&id=p1&id=nobody").json["deleted"] as? Int == 2)
      #expect(try await delete("?filter=brand%20%3D%20Bolt").json["deleted"] as? Int == 2)
      for query in ["", "?id=p2&filter=price%20%3E%201", "?filter=colour%20%3D%20Red"] {
        #expect(try await delete(query).status == .unprocessableContent, "\(query)")
      }
      let left = try await client.execute(
        uri: "/v1/indexes/shop/search", method: .post, body: ByteBuffer(string: "{}"))
      #expect((left.json["hits"] as? [Any])?.count == 2)
    }
  }

  @Test(arguments: ["a/b", "rød kjole", "50%", "../x", "?"])
  func `ids may hold any character`(id: String) async throws {
    let escaped = try #require(id.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
    try await Shop().server().application.test(.router) { client in
      let uri = "/v1/indexes/shop/products/\(escaped)"
      let put = try await client.execute(uri: uri, method: .put, body: Self.body("blue bag"))
      #expect(put.status == .ok)
      let got = try await client.execute(uri: uri, method: .get)
      #expect(got.json["id"] as? String == id)
    }
  }

  @Test func `unknown paths and methods are problems too`() async throws {
    try await Shop().server().application.test(.router) { client in
      let nowhere = try await client.execute(uri: "/v1/nothing", method: .get)
      #expect(nowhere.status == .notFound)
      #expect(nowhere.headers[.contentType] == "application/problem+json")
      let wrong = try await client.execute(uri: "/v1/indexes/shop/search", method: .get)
      #expect(wrong.status == .methodNotAllowed)
      #expect(wrong.headers[.allow] == "POST")
      let product = try await client.execute(uri: "/v1/indexes/shop/products/p0", method: .post)
      #expect(product.headers[.allow] == "DELETE, GET, HEAD, PUT")
      let head = try await client.execute(uri: "/v1/indexes/shop/products/p0", method: .head)
      #expect(head.status == .ok)
      #expect(head.body.readableBytes == 0)
    }
  }

  @Test(arguments: [
    (#"{"text": "red", "filters": "price < 5"}"#, "did you mean \"filter\"?"),
    (#"{"terms": [{"text": "red", "wieght": 2}]}"#, "did you mean \"weight\"?"),
  ])
  func `misspelt members are refused`(body: String, hint: String) async throws {
    try await Shop().server().application.test(.router) { client in
      let response = try await client.execute(
        uri: "/v1/indexes/shop/search", method: .post, body: ByteBuffer(string: body))
      #expect(response.status == .badRequest)
      #expect((response.json["detail"] as? String)?.contains(hint) == true)
    }
  }
}
