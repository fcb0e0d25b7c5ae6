import HTTPTypes
import Hummingbird
import Vitrine

/// Refuses parameters of a URL that the description does not know, and two where it knows one: left
/// out in silence, a deletion without half of its filter would delete too much.
struct ParameterMiddleware<Context: RequestContext>: RouterMiddleware {
  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    // The address of the page holds what the page alone reads.
    if request.uri.query != nil, request.uri.path.hasPrefix("/v1/") { try Self.check(request) }
    return try await next(request, context)
  }

  private static func check(_ request: Request) throws {
    let operations = OpenAPI.operations(at: request.uri.path)
    // What cannot be asked at all is told by whoever looks for the route.
    guard let operation = operations[request.method.rawValue] else { return }
    let known = operation.parameters ?? []
    let given = request.uri.queryParameters
    for (name, _) in given where !name.isEmpty {
      guard let parameter = known.first(where: { $0.name == name }) else {
        throw Problem(unknownParameter: name, known: known.map(\.name))
      }
      let count = given.count { $0.key == name }
      guard count == 1 || parameter.isList else {
        throw Problem(.unprocessableContent, "\(name): expected once, found \(count) times")
      }
    }
  }
}

extension Problem {
  fileprivate init(unknownParameter name: Substring, known: [String]) {
    func distance(_ other: String) -> Int { Spelling.distance(Array(other), Array(name)) }
    let near = known.min { distance($0) < distance($1) }
      .flatMap { distance($0) <= name.count / 2 ? "; did you mean \"\($0)\"?" : nil }
    self.init(.unprocessableContent, "unknown parameter \"\(name)\"" + (near ?? ""))
  }
}
