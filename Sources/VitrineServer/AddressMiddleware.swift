import HTTPTypes
import Hummingbird

/// Takes a request's address in one form only, so that all that looks at it behind sees what the router
/// sees: the router passes over empty names, and a `+` between parameters is a blank, as forms write it.
struct AddressMiddleware<Context: RequestContext>: RouterMiddleware {
  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    let path = request.uri.path
    guard path == "/" || path.hasPrefix("/") && !path.hasSuffix("/") && !path.contains("//") else {
      throw Problem(.notFound, "there is nothing at \(path): expected names parted by one slash")
    }
    guard let query = request.uri.query, query.contains("+") else {
      return try await next(request, context)
    }
    var head = request.head
    head.path = "\(path)?\(query.replacing("+", with: "%20"))"
    return try await next(Request(head: head, body: request.body), context)
  }
}
