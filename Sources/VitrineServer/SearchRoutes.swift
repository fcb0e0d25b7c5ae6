import Hummingbird
import Vitrine

extension VitrineServer {
  /// What indexes there are, and searching them. The body of a search is a ``Query`` as JSON, its
  /// answer a ``SearchResponse``.
  func addSearch(to router: Router<BasicRequestContext>) {
    router.get("/v1/indexes") { _, _ in try json(IndexList(engines: engines)) }
    router.post("/v1/indexes/:index/search") { request, context in
      let engine = try engine(context)
      let query = try await decode(Query.self, from: request)
      return try await answer(query, engine)
    }
    router.get("/v1/indexes/:index/facets") { request, context in
      let engine = try engine(context)
      let parameters = request.uri.queryParameters
      var query = Query(parameters.get("q"))
      query.filter = try parameters.get("filter").map { try Filter.parse($0) }
      query.facets = parameters.getAll("attribute").map { FacetRequest($0) }
      guard !query.facets.isEmpty else {
        throw Problem(.unprocessableContent, "expected at least one ?attribute=NAME")
      }
      let asked = query
      let response = try await admission.run { try await engine.search(asked) }
      struct Facets: Encodable { let facets: [Facet] }
      return try json(Facets(facets: response.facets ?? []))
    }
    router.get("/v1/indexes/:index/products/:id/similar") { request, context in
      let engine = try engine(context)
      var query = Query()
      query.terms = [.product(try context.parameters.require("id"))]
      let parameters = request.uri.queryParameters
      query.k = try parameters.get("k").map { try number($0, "k") } ?? query.k
      query.filter = try parameters.get("filter").map { try Filter.parse($0) }
      return try await answer(query, engine)
    }
  }

  private func answer(_ query: Query, _ engine: Engine) async throws -> Response {
    guard query.k <= configuration.limits.k else {
      throw Problem(
        .unprocessableContent,
        "k: expected at most \(configuration.limits.k), found \(query.k)")
    }
    return try json(try await admission.run { try await engine.search(query) })
  }

  /// A whole number from a URL.
  func number(_ text: String, _ name: String) throws -> Int {
    guard let number = Int(text) else {
      throw Problem(.unprocessableContent, "\(name): expected a whole number, found \"\(text)\"")
    }
    return number
  }
}

/// The indexes of a server and what can be asked of each.
private struct IndexList: Encodable {
  struct Entry: Encodable {
    let name: String
    let attributes: [AttributeEntry]
  }

  struct AttributeEntry: Encodable {
    let name: String
    let kind: String
    /// Whether counting its values tells something.
    let facet: Bool
  }

  let indexes: [Entry]

  init(engines: [String: Engine]) throws {
    indexes = try engines.sorted { $0.key < $1.key }.map { name, engine in
      Entry(
        name: name,
        attributes: try engine.schema.attributes.map {
          AttributeEntry(name: $0.name, kind: $0.kind.rawValue, facet: $0.kind != .text)
        })
    }
  }
}
