import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import TestSupport
import Testing
import Vitrine
import VitrineServer

/// What is wrong with products that are sent, and that none of them is stored then.
@Suite struct UploadMistakeTests {
  @Test func `a bad picture of many is named and nothing is stored`() async throws {
    try await Shop().server().application.test(.router) { client in
      let lines = """
        {"id": "p0"}

        {"id": "n1", "image_data": "cmVk"}
        {"id": "n2", "image_data": ""}
        """
      let response = try await client.execute(
        uri: "/v1/indexes/shop/products", method: .put, body: ByteBuffer(string: lines))
      #expect(response.status == .unprocessableContent)
      #expect((response.json["detail"] as? String)?.hasPrefix("line 4: image: ") == true)
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
    (#"{"id": "", "image_data": "cmVk"}"#, "line 1: id: expected an id"),
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
      #expect((response.json["detail"] as? String)?.hasPrefix("line 2: attribute price: ") == true)
      let indexes = try await client.execute(uri: "/v1/indexes", method: .get)
      #expect(!String(buffer: indexes.body).contains("weigth"))
      let first = try await client.execute(uri: "/v1/indexes/shop/products/n1", method: .get)
      #expect(first.status == .notFound)
    }
  }

  @Test func `a mistake has one status and no line where there is one product`() async throws {
    try await Shop().server().application.test(.router) { client in
      for (body, status, words) in [
        (#"{"attributes": {"price": 1}, "image_data": }"#, 400, "this is not JSON"),
        (#"{"attributes": {"price": "dear"}}"#, 422, "attribute price: expected a number"),
        (#"{"attributes": {"": "x"}}"#, 422, "an attribute has no name"),
        ("", 400, "the body is empty"),
      ] {
        let alone = try await client.execute(
          uri: "/v1/indexes/shop/products/p0", method: .put, body: ByteBuffer(string: body))
        #expect(alone.status.code == status)
        #expect((alone.json["detail"] as? String)?.hasPrefix(words) == true, "\(alone.json)")
        #expect(alone.json["errors"] == nil)
        if body.isEmpty { continue }
        let line = body.replacing(#"{"a"#, with: #"{"id": "p0", "a"#, maxReplacements: 1)
        let many = try await client.execute(
          uri: "/v1/indexes/shop/products", method: .put, body: ByteBuffer(string: line))
        #expect(many.status.code == status)
        #expect((many.json["detail"] as? String)?.hasPrefix("line 1: \(words)") == true)
      }
    }
  }

  @Test func `all bad lines are told, up to twenty, and nothing is stored`() async throws {
    try await Shop().server().application.test(.router) { client in
      func errors(_ lines: String) async throws -> [[String: Any]] {
        let response = try await client.execute(
          uri: "/v1/indexes/shop/products", method: .put, body: ByteBuffer(string: lines))
        #expect([400, 422].contains(response.status.code))
        return response.json["errors"] as? [[String: Any]] ?? []
      }
      let few = try await errors(
        """
        {"id": "p0", "attributes": {"price": "dear"}}
        {"id": "n1", "image_data": "cmVk"}
        {"id": "n2"}
        {"id"
        {"image_data": "cmVk"}
        """)
      #expect(few.map { $0["line"] as? Int } == [1, 3, 4, 5])
      #expect(few.map { $0["id"] as? String } == ["p0", "n2", nil, nil])
      #expect(few.allSatisfy { ($0["detail"] as? String)?.isEmpty == false })
      let first = try await client.execute(uri: "/v1/indexes/shop/products/n1", method: .get)
      #expect(first.status == .notFound)
      for line in [#"{"id": "n3"}"#, "{"] {
        let many = Array(repeating: line, count: 50).joined(separator: "\n")
        #expect(try await errors(many).count == 20)
      }
    }
  }

  @Test func `the first twenty of more are told in their order, and that there are more`()
    async throws
  {
    try await Shop().server().application.test(.router) { client in
      for (count, isCut) in [(19, false), (20, true)] {
        let bad = Array(repeating: #"{"id":"#, count: count)
        let response = try await client.execute(
          uri: "/v1/indexes/shop/products", method: .put,
          body: ByteBuffer(string: ([#"{"id": "n1"}"#] + bad).joined(separator: "\n") + "\n"))
        #expect(response.status == .badRequest)
        let errors = response.json["errors"] as? [[String: Any]] ?? []
        #expect(errors.map { $0["line"] as? Int } == Array(1...20))
        #expect(errors.first?["id"] as? String == "n1")
        let detail = try #require(response.json["detail"] as? String)
        #expect(detail.hasPrefix("line 1: a new product needs"))
        #expect(detail.contains("at least 20") == isCut, "\(detail)")
      }
    }
  }
}
