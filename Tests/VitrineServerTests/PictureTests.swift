import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import TestSupport
import Testing
import Vitrine
import VitrineServer

/// Pictures of products as they are given.
@Suite struct PictureTests {
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
        ([.range: "bytes=0-1,3-4"], 200, "red bag"),
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
      let beyond = try await picture([.range: "bytes=7-"])
      #expect(beyond.status == .rangeNotSatisfiable)
      #expect(beyond.headers[.contentRange] == "bytes */7")
      #expect(beyond.headers[.contentType] == "application/problem+json")
      #expect(beyond.json["status"] as? Int == 416)
      let part = try await picture([.range: "bytes=4-"])
      #expect(part.headers[.contentRange] == "bytes 4-6/7")
    }
  }

  @Test(arguments: [
    ("RIFF\0\0\0\0WEBPVP8 ", "image/webp"), ("RIFF\0\0\0\0WAVEfmt ", "application/octet-stream"),
    ("red bag", "application/octet-stream"),
  ])
  func `nothing but a picture is given as one`(bytes: String, type: String) async throws {
    let shop = try await Shop()
    try shop.directory.write(bytes, to: "bag.webp")
    let root = shop.directory.path
    try await shop.server { $0.imageRoot = root }.application.test(.router) { client in
      let uri = "/v1/indexes/shop/products/bag"
      _ = try await client.execute(
        uri: uri, method: .put, body: ByteBuffer(string: #"{"image": "bag.webp"}"#))
      let picture = try await client.execute(uri: uri + "/image", method: .get)
      #expect(picture.status == .ok)
      #expect(picture.headers[.contentType] == type)
    }
  }
}
