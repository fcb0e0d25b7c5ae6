import Foundation
import HTTPTypes
import Hummingbird

/// Lets a request through if its key allows what it asks for. What the page is made of, and whether the
/// server is well, everybody may know; all else needs a key.
///
/// The key comes as `Authorization: Bearer KEY`, as `X-API-Key: KEY`, or, for the page's pictures,
/// as the cookie `vitrine-key`.
struct AccessMiddleware<Context: RequestContext>: RouterMiddleware {
  let keys: APIKeys

  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    if Self.isOpen(request.uri.path) { return try await next(request, context) }
    guard let key = Self.key(of: request), let scope = keys.scope(of: key) else {
      throw Problem(
        .unauthorized, "an API key is needed: Authorization: Bearer KEY",
        headers: [.wwwAuthenticate: "Bearer"])
    }
    guard scope >= Self.scope(neededFor: request) else {
      throw Problem(.forbidden, "this API key may read only")
    }
    return try await next(request, context)
  }

  private static func isOpen(_ path: String) -> Bool {
    ["/", "/health", "/ready", "/openapi.json"].contains(path) || path.hasPrefix("/page/")
  }

  private static func key(of request: Request) -> String? {
    // As many blanks as one likes part the two (RFC 9110, 11.4).
    if let header = request.headers[.authorization], let blank = header.firstIndex(of: " "),
      header[..<blank].lowercased() == "bearer"
    {
      return String(header[blank...].drop { $0 == " " })
    }
    if let name = HTTPField.Name("X-API-Key"), let header = request.headers[name] {
      return header
    }
    return request.cookies["vitrine-key"].flatMap { $0.value.removingPercentEncoding }
  }

  /// Searching is a POST, and classifying too; only what changes products is writing.
  private static func scope(neededFor request: Request) -> APIKeys.Scope {
    switch request.method {
    case .put, .delete, .patch: .write
    default: .read
    }
  }
}
