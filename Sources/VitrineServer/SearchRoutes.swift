import Hummingbird
import NIOCore
import Vitrine

extension VitrineServer {
  /// What indexes there are, and searching them. The body of a search is a ``Query`` as JSON, its
  /// answer a ``SearchResponse``; an array of queries is answered from one snapshot by an array.
  func addSearch(to router: Router<BasicRequestContext>) {
    router.get("/v1/indexes") { _, _ in
      try json(IndexList(engines: engines, first: configuration.firstIndex))
    }
    router.post("/v1/indexes/:index/search") { request, context in
      let engine = try engine(context)
      let deadline = admission.deadline
      let body = Array(buffer: try await body(of: request, until: deadline))
      return try await admission.counted {
        let queries =
          body.count < 1 << 16
          ? try Queries(json: body, of: engine)
          : try await awayFromLoop { try Queries(json: body, of: engine) }
        return try await answer(queries, engine, deadline)
      }
    }
    router.get("/v1/indexes/:index/facets") { request, context in
      try await facets(request.uri.queryParameters, in: engine(context))
    }
    router.get("/v1/indexes/:index/products/:id/similar") { request, context in
      try await similar(
        to: parameter("id", of: context), request.uri.queryParameters, in: engine(context))
    }
  }

  nonisolated(nonsending) private func answer(
    _ queries: Queries, _ engine: Engine, _ deadline: ContinuousClock.Instant
  ) async throws -> Response {
    let all = queries.all
    guard all.count <= configuration.limits.batch else {
      throw Problem(
        .unprocessableContent,
        "expected at most \(configuration.limits.batch) queries, found \(all.count)")
    }
    for (place, query) in all.enumerated() where !(1...configuration.limits.k).contains(query.k) {
      let which = queries.areSeveral ? "[\(place)]." : ""
      throw Problem(
        .unprocessableContent,
        "\(which)k: expected 1 to \(configuration.limits.k), found \(query.k)")
    }
    let values = all.lazy.flatMap(\.facets).reduce(0) { $0 + max(0, min($1.limit, 1 << 20)) }
    guard values <= configuration.limits.facetValues else {
      throw Problem(
        .unprocessableContent,
        "facets: expected at most \(configuration.limits.facetValues) values in all, found limits of "
          + "\(values)")
    }
    return json(
      bytes: try await engine.searchJSON(all, asArray: queries.areSeveral, deadline: deadline))
  }

  /// Counts the values of every `?attribute=` over what `?q=` and `?filter=` find.
  private func facets(_ parameters: Parameters, in engine: Engine) async throws -> Response {
    var query = Query(parameters.get("q"))
    query.filter = try filter(parameters, in: engine)
    query.facets = parameters.getAll("attribute").map { FacetRequest($0) }
    guard !query.facets.isEmpty else {
      throw Problem(.unprocessableContent, "expected at least one ?attribute=NAME")
    }
    let asked = query
    let response = try await admission.run { try await engine.search(asked) }
    struct Facets: Encodable { let facets: [Facet] }
    return try json(Facets(facets: response.facets ?? []))
  }

  /// The `?k=` products that look most like one.
  private func similar(
    to id: String, _ parameters: Parameters, in engine: Engine
  ) async throws -> Response {
    var query = Query()
    query.terms = [.product(id)]
    query.filter = try filter(parameters, in: engine)
    query.k = try k(parameters) ?? query.k
    let asked = query
    return json(
      bytes: try await admission.run {
        var response = try await engine.search(asked)
        // This route takes no cursor.
        response.cursor = nil
        return try Self.encoded(response)
      })
  }

  /// How many answers a URL asks for, if it says.
  func k(_ parameters: Parameters) throws -> Int? {
    guard let k = try parameters.get("k").map({ try number($0, "k") }) else { return nil }
    guard (1...configuration.limits.k).contains(k) else {
      throw Problem(
        .unprocessableContent, "k: expected 1 to \(configuration.limits.k), found \(k)")
    }
    return k
  }

  /// The filter of a URL, if it has one.
  func filter(_ parameters: Parameters, in engine: Engine) throws -> Filter? {
    try parameters.get("filter").map { try Filter.parse($0, schema: engine.schema) }
  }

  /// A whole number from a URL.
  func number(_ text: String, _ name: String) throws -> Int {
    guard let number = Int(text) else {
      throw Problem(.unprocessableContent, "\(name): expected a whole number, found \"\(text)\"")
    }
    return number
  }
}

/// The body of a search.
private struct Queries {
  let all: [Query]
  let areSeveral: Bool

  init(json: [UInt8], of engine: Engine) throws {
    guard let first = json.first(where: { !" \n\r\t".utf8.contains($0) }) else {
      throw Problem(.badRequest, "the body is empty")
    }
    areSeveral = first == UInt8(ascii: "[")
    all =
      areSeveral
      ? try Query.list(json: json) { try engine.schema }
      : [try Query(json: json) { try engine.schema }]
  }
}

/// The indexes of a server and what can be asked of each.
private struct IndexList: Encodable {
  struct Entry: Encodable {
    let name: String
    let attributes: [AttributeEntry]
    /// The attributes that products are shown by, where there are such.
    let title, maker, price: String?
  }

  struct AttributeEntry: Encodable {
    let name: String
    let kind: String
    /// Whether counting its values tells something.
    let facet: Bool
  }

  let indexes: [Entry]

  init(engines: [String: Engine], first: String?) throws {
    // Nothing comes before an empty name.
    func place(_ name: String) -> String { name == first ? "" : name }
    indexes = try engines.sorted { place($0.key) < place($1.key) }.map { name, engine in
      let schema = try engine.schema
      return Entry(
        name: name,
        attributes: schema.attributes.map {
          AttributeEntry(name: $0.name, kind: $0.kind.rawValue, facet: $0.kind != .text)
        },
        title: schema.title?.name, maker: schema.maker?.name, price: schema.price?.name)
    }
  }
}
