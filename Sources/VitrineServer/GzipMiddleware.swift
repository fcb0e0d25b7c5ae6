import CZlib
import HTTPTypes
import Hummingbird
import NIOCore

/// Compresses answers that are text and long enough to be worth it, when the client takes gzip.
struct GzipMiddleware<Context: RequestContext>: RouterMiddleware {
  /// Below this a packet is saved by nobody.
  private let minimumBytes = 1_000
  /// From here on compressing takes longer than a change of threads.
  private let longBytes = 1 << 16

  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    var response = try await next(request, context)
    let isStored = request.method == .get || request.method == .head
    // Nobody stores the answer to anything else (RFC 9110, 9.2.3).
    guard isStored || request.head.headerFields.contains(.acceptEncoding),
      response.headers[.contentType].map(Self.isText) ?? false
    else { return response }
    if isStored { response.headers[values: .vary].append("Accept-Encoding") }
    guard request.method != .head, request.takesGzip,
      let length = response.body.contentLength, length >= minimumBytes
    else { return response }
    response.headers[.contentEncoding] = "gzip"
    // Other bytes of the same content (RFC 9110, 8.8.1).
    if let tag = response.headers[.eTag], !tag.hasPrefix("W/") {
      response.headers[.eTag] = "W/" + tag
    }
    response.headers[.contentLength] = nil
    // Every text answer of this server is one buffer, hence one gzip stream.
    response.body = response.body.map { body in
      body.readableBytes < longBytes
        ? try gzip(body) : try await awayFromLoop { try gzip(body) }
    }
    return response
  }

  private static func isText(_ type: String) -> Bool {
    type == "application/json" || type.hasPrefix("text/") || type.contains("json")
  }
}

extension Request {
  /// Whether `Accept-Encoding` names gzip, or anything, with a weight above 0 (RFC 9110, 12.5.3).
  fileprivate var takesGzip: Bool {
    var weights: [String: Double] = [:]
    for part in (headers[.acceptEncoding] ?? "").lowercased().split(separator: ",") {
      let words = part.split(separator: ";").map { $0.filter { !$0.isWhitespace } }
      let weight = words.dropFirst().first { $0.hasPrefix("q=") }.flatMap {
        Double($0.dropFirst(2))
      }
      weights[words.first ?? ""] = weight ?? 1
    }
    return weights["gzip"] ?? weights["x-gzip"] ?? weights["*"] ?? 0 > 0
  }
}

/// What zlib says went wrong.
struct GzipError: Error {
  let code: Int32
}

/// `buffer` as a gzip stream at a quick level.
func gzip(_ buffer: ByteBuffer) throws -> ByteBuffer {
  var stream = z_stream()
  let gzipWindow: Int32 = 15 + 16
  var code = deflateInit2_(
    &stream, 3, Z_DEFLATED, gzipWindow, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
    Int32(MemoryLayout<z_stream>.size))
  guard code == Z_OK else { throw GzipError(code: code) }
  defer { deflateEnd(&stream) }
  let bound = Int(deflateBound(&stream, UInt(buffer.readableBytes)))
  var output = ByteBuffer()
  var input = buffer
  input.withUnsafeMutableReadableBytes { source in
    stream.next_in = source.bindMemory(to: UInt8.self).baseAddress
    stream.avail_in = UInt32(source.count)
    output.writeWithUnsafeMutableBytes(minimumWritableBytes: bound) { target in
      stream.next_out = target.bindMemory(to: UInt8.self).baseAddress
      stream.avail_out = UInt32(target.count)
      code = deflate(&stream, Z_FINISH)
      return target.count - Int(stream.avail_out)
    }
  }
  guard code == Z_STREAM_END else { throw GzipError(code: code) }
  return output
}
