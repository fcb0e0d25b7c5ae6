import HTTPTypes
import Hummingbird

/// Answers to the names of this machine only. A page on another host can have its name lead here (DNS
/// rebinding), and a browser then lets it ask what only this machine may.
struct HostMiddleware<Context: RequestContext>: RouterMiddleware {
  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    guard let authority = request.head.authority, !Self.isOwn(authority) else {
      return try await next(request, context)
    }
    throw Problem(
      .misdirectedRequest,
      "without API keys this server answers as localhost only, not as \(authority)")
  }

  private static func isOwn(_ authority: String) -> Bool {
    var host = authority[...]
    if let port = host.lastIndex(of: ":"), host[port...].dropFirst().allSatisfy(\.isNumber) {
      host = host[..<port]
    }
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    return ServerConfiguration.isLoopback(host.lowercased())
  }
}
