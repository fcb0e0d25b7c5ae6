import HTTPTypes
import Hummingbird

/// Takes a request's address in one form only, so that all that looks at it behind sees what the router
/// sees: the router passes over empty names, and a `+` between parameters is a blank, as forms write it.
struct AddressMiddleware<Context: RequestContext>: RouterMiddleware {
  /// Whether to answer to the names of this machine only. A page on another host can have its name lead here
  /// (DNS rebinding), and a browser then lets it ask what only this machine may.
  let isLocal: Bool

  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    if isLocal, let authority = request.head.authority, !Self.isOwn(authority) {
      throw Problem(
        .misdirectedRequest,
        "without API keys this server answers as localhost only, not as \(authority)")
    }
    let path = request.uri.path
    guard Self.isPlain(path) else {
      throw Problem(.notFound, "there is nothing at \(path): expected names separated by one slash")
    }
    guard let query = request.uri.query, query.utf8.contains(UInt8(ascii: "+")) else {
      return try await next(request, context)
    }
    var head = request.head
    head.path = "\(path)?\(query.replacing("+", with: "%20"))"
    return try await next(Request(head: head, body: request.body), context)
  }

  /// Whether each name has one slash before it, and none behind it.
  private static func isPlain(_ path: String) -> Bool {
    let slash = UInt8(ascii: "/")
    var last: UInt8?
    for byte in path.utf8 {
      if byte == slash, last == slash { return false }
      last = byte
    }
    return path.utf8.first == slash && (last != slash || path.utf8.count == 1)
  }

  private static func isOwn(_ authority: String) -> Bool {
    func isPort(_ text: Substring.UTF8View) -> Bool {
      text.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
    }
    // How nearly everybody says it.
    if authority.hasPrefix("127.0.0.1:") || authority.hasPrefix("localhost:") {
      return isPort(authority.utf8.dropFirst(10))
    }
    var host = authority[...]
    if let colon = host.lastIndex(of: ":"), isPort(host[colon...].utf8.dropFirst()) {
      host = host[..<colon]
    }
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    return ServerConfiguration.isLoopback(host.lowercased())
  }
}
