import HTTPTypes
import Hummingbird

/// Lets pages of the allowed origins call the server from a browser (CORS); by default none.
struct OriginMiddleware<Context: RequestContext>: RouterMiddleware {
  let allowed: Set<String>

  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    let origin = request.headers[.origin].flatMap { allowed.contains($0) ? $0 : nil }
    var response =
      origin != nil && request.method == .options
      ? Response(status: .noContent, headers: Self.preflight) : try await next(request, context)
    response.headers[.accessControlAllowOrigin] = origin
    // What was stored for one origin, or for none, is not what another one gets.
    response.headers[values: .vary].append("Origin")
    return response
  }

  private static var preflight: HTTPFields {
    [
      .accessControlAllowMethods: "GET, POST, PUT, DELETE",
      .accessControlAllowHeaders: "Authorization, Content-Type, X-API-Key",
      .accessControlMaxAge: "600",
    ]
  }
}
