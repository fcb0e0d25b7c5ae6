import HTTPTypes
import Hummingbird
import Vitrine

extension VitrineServer {
  /// Pictures of products, with `ETag`, `Range` and the conditions of both. Only what the catalogue
  /// names is served: a product's id is looked up, never a path.
  func addImages(to router: Router<BasicRequestContext>) {
    router.get("/v1/indexes/:index/products/:id/image") { request, context in
      let engine = try engine(context)
      let id = try parameter("id", of: context)
      // A photograph may be large: its tag is made away from the thread of the connection, too.
      return try await admission.run {
        guard let product = try await engine.product(id) else {
          throw VitrineError.noProduct(id: id)
        }
        var bytes = pictures?.picture(at: product.image)
        if bytes == nil { bytes = try await engine.imageBytes(of: product) }
        guard let bytes else {
          throw Problem(.notFound, "the product \"\(id)\" has no picture")
        }
        return try Self.picture(bytes, for: request)
      }
    }
  }

  private static func picture(_ bytes: [UInt8], for request: Request) throws -> Response {
    let tag = entityTag(bytes)
    var headers: HTTPFields = [
      .contentType: mediaType(of: bytes), .eTag: tag, .acceptRanges: "bytes",
      .cacheControl: "private, max-age=300", .xContentTypeOptions: "nosniff",
    ]
    if request.has(tag) { return Response(status: .notModified, headers: headers) }
    guard let range = request.range(of: tag).flatMap({ byteRange($0, of: bytes.count) }) else {
      return Response(
        status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
    guard !range.isEmpty else {
      throw Problem(
        .rangeNotSatisfiable, "the picture has \(bytes.count) bytes, none of them in this range",
        headers: [.contentRange: "bytes */\(bytes.count)"])
    }
    headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(bytes.count)"
    return Response(
      status: .partialContent, headers: headers,
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes[range])))
  }

  /// Told by the first bytes: a file's name may lie, and nothing but a picture may be shown.
  static func mediaType(of bytes: [UInt8]) -> String {
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return "image/jpeg" }
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) { return "image/png" }
    // Sounds and films may be RIFF, too.
    if bytes.starts(with: Array("RIFF".utf8)), bytes.dropFirst(8).starts(with: Array("WEBP".utf8)) {
      return "image/webp"
    }
    return "application/octet-stream"
  }
}

/// The one range of bytes a `Range` header asks for, empty if it lies beyond them; nil for anything
/// else, which is to be ignored (RFC 9110, 14.2).
package func byteRange(_ header: String, of count: Int) -> Range<Int>? {
  guard let (_, first, last) = header.wholeMatch(of: #/(?i:bytes)=([0-9]*)-([0-9]*)/#)?.output
  else { return nil }
  // What is too long for a number lies beyond any picture.
  func number(_ digits: Substring) -> Int? { digits.isEmpty ? nil : Int(digits) ?? .max }
  switch (number(first), number(last)) {
  case (let first?, let last?) where first > last: return nil
  case (let first?, let last): return min(first, count)..<min(last ?? .max, count - 1) + 1
  case (nil, let suffix?): return max(0, count - suffix)..<count
  case (nil, nil): return nil
  }
}
