import Foundation
import Hummingbird

/// Decodes what URLs name: the product `a/b` is asked for as `products/a%2Fb`.
struct ParameterMiddleware<Context: RequestContext>: RouterMiddleware {
  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    guard request.uri.path.utf8.contains(UInt8(ascii: "%")) else {
      return try await next(request, context)
    }
    var context = context
    let decoded = try context.parameters.map { name, value in
      guard let text = value.removingPercentEncoding else {
        throw Problem(.badRequest, "\"\(value)\" is not properly percent-encoded")
      }
      return (name, text[...])
    }
    context.coreContext.parameters = Parameters(decoded)
    return try await next(request, context)
  }
}
