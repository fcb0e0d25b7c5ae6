import HTTPTypes
import Hummingbird
import Vitrine

extension VitrineServer {
  /// Pictures of products, with `ETag` and `Range`. Only what the catalogue names is served: a
  /// product's id is looked up, never a path.
  func addImages(to router: Router<BasicRequestContext>) {
    router.get("/v1/indexes/:index/products/:id/image") { request, context in
      let engine = try engine(context)
      let id = try parameter("id", of: context)
      let bytes = try await admission.run { () -> [UInt8]? in
        guard let product = try await engine.product(id) else {
          throw VitrineError.noProduct(id: id)
        }
        if let bytes = pictures?.picture(at: product.image) { return bytes }
        return try await engine.imageBytes(of: product)
      }
      guard let bytes else { throw Problem(.notFound, "the product \"\(id)\" has no picture") }
      return Self.picture(bytes, for: request)
    }
  }

  private static func picture(_ bytes: [UInt8], for request: Request) -> Response {
    let tag = entityTag(bytes)
    var headers: HTTPFields = [
      .contentType: mediaType(of: bytes), .eTag: tag, .acceptRanges: "bytes",
      .cacheControl: "private, max-age=300", .xContentTypeOptions: "nosniff",
    ]
    if request.headers[.ifNoneMatch] == tag {
      return Response(status: .notModified, headers: headers)
    }
    guard let wanted = request.headers[.range] else {
      return Response(
        status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
    guard let range = byteRange(wanted, of: bytes.count) else {
      headers[.contentRange] = "bytes */\(bytes.count)"
      return Response(status: .rangeNotSatisfiable, headers: headers)
    }
    headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(bytes.count)"
    return Response(
      status: .partialContent, headers: headers,
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes[range])))
  }

  /// Told by the first bytes: a file's name may lie, and nothing but a picture may be shown.
  static func mediaType(of bytes: [UInt8]) -> String {
    if bytes.starts(with: [0xFF, 0xD8]) { return "image/jpeg" }
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) { return "image/png" }
    if bytes.starts(with: Array("RIFF".utf8)) { return "image/webp" }
    return "application/octet-stream"
  }
}

/// The one range a `Range` header asks for, within `count` bytes; nil if it cannot be given.
package func byteRange(_ header: String, of count: Int) -> Range<Int>? {
  guard header.hasPrefix("bytes="), !header.contains(",") else { return nil }
  let ends = header.dropFirst("bytes=".count)
    .split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
  guard ends.count == 2 else { return nil }
  switch (Int(ends[0]), Int(ends[1])) {
  case (let first?, let last?) where first <= last && first < count:
    return first..<min(last, count - 1) + 1
  case (let first?, nil) where ends[1].isEmpty && first < count:
    return first..<count
  case (nil, let suffix?) where ends[0].isEmpty && suffix > 0 && count > 0:
    return max(0, count - suffix)..<count
  default: return nil
  }
}
