import HTTPTypes
import Hummingbird
import Vitrine

/// Refuses parameters of a URL that the description does not know, and two where it knows one: left
/// out in silence, a deletion without half of its filter would delete too much.
struct ParameterMiddleware<Context: RequestContext>: RouterMiddleware {
  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    if request.uri.query != nil { try Self.check(request) }
    return try await next(request, context)
  }

  private static func check(_ request: Request) throws {
    let operations = OpenAPI.operations(at: request.uri.path)
    // What cannot be asked at all is told by whoever looks for the route; the address of the page holds
    // what the page alone reads.
    guard let operation = operations[request.method.rawValue] else { return }
    let known = operation.parameters ?? []
    let given = request.uri.queryParameters
    for (name, _) in given where !name.isEmpty {
      guard let parameter = known.first(where: { $0.name == name }) else {
        let near = Spelling.nearest(to: String(name), in: known.map(\.name))
        throw Problem(
          .unprocessableContent, "unknown parameter \"\(name)\"" + Spelling.hint(near))
      }
      let count = given.count { $0.key == name }
      guard count == 1 || parameter.isList else {
        throw Problem(.unprocessableContent, "\(name): expected once, found \(count) times")
      }
    }
  }
}
