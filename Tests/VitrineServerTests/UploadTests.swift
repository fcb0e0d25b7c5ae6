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

  @Test func uploadedPicturesAreKeptAndServed() async throws {
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

  @Test func `a picture is given whole, in part or not at all, as the request says`() async throws {
    let shop = try await Shop()
    try shop.directory.write("red bag", to: "bag.jpg")
    let root = shop.directory.path
    try await shop.server { $0.imageRoot = root }.application.test(.router) { client in
      let uri = "/v1/indexes/shop/products/bag"
      let put = try await client.execute(
        uri: uri, method: .put, body: ByteBuffer(string: #"{"image": "bag.jpg"}"#))
      #expect(put.status == .ok)
      func picture(
        _ headers: HTTPFields, method: HTTPRequest.Method = .get
      ) async throws -> TestResponse {
        try await client.execute(uri: uri + "/image", method: method, headers: headers)
      }
      let whole = try await picture([:])
      let tag = try #require(whole.headers[.eTag])
      let cases: [(headers: HTTPFields, status: Int, body: String)] = [
        ([:], 200, "red bag"), ([.ifNoneMatch: "\"other\""], 200, "red bag"),
        ([.ifNoneMatch: tag], 304, ""), ([.ifNoneMatch: "\"other\", W/\(tag)"], 304, ""),
        ([.ifNoneMatch: "*"], 304, ""), ([.range: "bytes=0-2"], 206, "red"),
        ([.range: "bytes=7-"], 416, ""), ([.range: "bytes=0-1,3-4"], 200, "red bag"),
        ([.range: "items=0-1"], 200, "red bag"),
        ([.range: "bytes=0-2", .ifRange: tag], 206, "red"),
        ([.range: "bytes=0-2", .ifRange: "\"other\""], 200, "red bag"),
        ([.range: "bytes=0-2", .ifRange: "W/\(tag)"], 200, "red bag"),
      ]
      for (headers, status, body) in cases {
        let response = try await picture(headers)
        #expect(response.status.code == status, "\(headers)")
        #expect(String(buffer: response.body) == body, "\(headers)")
      }
      #expect(try await picture([.range: "bytes=0-2"], method: .head).status == .ok)
      let part = try await picture([.range: "bytes=4-"])
      #expect(part.headers[.contentRange] == "bytes 4-6/7")
    }
  }

  @Test func withoutAFolderUploadsAreEmbeddedAndForgotten() async throws {
    try await Shop().server().application.test(.router) { client in
      let uri = "/v1/indexes/shop/products/new"
      _ = try await client.execute(uri: uri, method: .put, body: Self.body("green hat"))
      #expect(try await client.execute(uri: uri + "/image", method: .get).status == .notFound)
      let similar = try await client.execute(uri: uri + "/similar?k=1", method: .get)
      #expect(similar.status == .ok)
    }
  }

  @Test func aProductKeepsItsPictureWhenItsFactsChange() async throws {
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

  @Test func aBadPictureOfManyIsNamedAndNothingIsStored() async throws {
    try await Shop().server().application.test(.router) { client in
      let lines = """
        {"id": "p0"}

        {"id": "n1", "image_data": "cmVk"}
        {"id": "n2", "image_data": ""}
        """
      let response = try await client.execute(
        uri: "/v1/indexes/shop/products", method: .put, body: ByteBuffer(string: lines))
      #expect(response.status == .unprocessableContent)
      #expect((response.json["detail"] as? String)?.hasPrefix("n2, row 4, column image") == true)
      let first = try await client.execute(uri: "/v1/indexes/shop/products/n1", method: .get)
      #expect(first.status == .notFound)
      let empty = try await client.execute(uri: "/v1/indexes/shop/products", method: .put)
      #expect(empty.status == .unprocessableContent)
    }
  }

  @Test(arguments: [
    (
      #"{"id": "p0", "attributes": {"price": 1e400}}"#,
      "line 1: expected a text, a number of 64 bits"
    ),
    (#"{"id": "", "image_data": "cmVk"}"#, "a product, row 1, column id: expected an id"),
  ])
  func `what cannot be stored is told with its place`(line: String, words: String) async throws {
    try await Shop().server().application.test(.router) { client in
      let response = try await client.execute(
        uri: "/v1/indexes/shop/products", method: .put, body: ByteBuffer(string: line))
      #expect((response.json["detail"] as? String)?.hasPrefix(words) == true)
    }
  }

  @Test func `nothing is stored if one that keeps its picture has a bad value`() async throws {
    try await Shop().server().application.test(.router) { client in
      let lines = """
        {"id": "n1", "image_data": "cmVk", "attributes": {"weigth": 3}}
        {"id": "p0", "attributes": {"price": "dear"}}
        """
      let response = try await client.execute(
        uri: "/v1/indexes/shop/products", method: .put, body: ByteBuffer(string: lines))
      #expect(response.status == .unprocessableContent)
      #expect((response.json["detail"] as? String)?.hasPrefix("p0, row 2, column price") == true)
      let indexes = try await client.execute(uri: "/v1/indexes", method: .get)
      #expect(!String(buffer: indexes.body).contains("weigth"))
      let first = try await client.execute(uri: "/v1/indexes/shop/products/n1", method: .get)
      #expect(first.status == .notFound)
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

  @Test func manyProductsAreDeletedByIdOrByFilter() async throws {
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
  func idsMayHoldAnyCharacter(id: String) async throws {
    let escaped = try #require(id.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
    try await Shop().server().application.test(.router) { client in
      let uri = "/v1/indexes/shop/products/\(escaped)"
      let put = try await client.execute(uri: uri, method: .put, body: Self.body("blue bag"))
      #expect(put.status == .ok)
      let got = try await client.execute(uri: uri, method: .get)
      #expect(got.json["id"] as? String == id)
    }
  }

  @Test func unknownPathsAndMethodsAreProblemsToo() async throws {
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
  func misspeltMembersAreRefused(body: String, hint: String) async throws {
    try await Shop().server().application.test(.router) { client in
      let response = try await client.execute(
        uri: "/v1/indexes/shop/search", method: .post, body: ByteBuffer(string: body))
      #expect(response.status == .badRequest)
      #expect((response.json["detail"] as? String)?.contains(hint) == true)
    }
  }
}
