import Vitrine

extension Engine {
  /// Counts the values of attributes, more than one query may ask for as well.
  func facets(_ requests: [FacetRequest], of query: Query = Query()) async throws -> [Facet] {
    var facets: [Facet] = []
    for start in stride(from: 0, to: requests.count, by: Query.Limits.parts) {
      var part = query
      part.k = 1
      part.facets = Array(requests[start..<min(start + Query.Limits.parts, requests.count)])
      facets += try await search(part).facets ?? []
    }
    return facets
  }
}

/// What completion offers of an index, as it is at the moment.
struct IndexVocabulary: Vocabulary {
  private static let most = 200

  let engine: Engine
  /// Ids that are on the screen.
  let shown: [String]

  var attributes: [Attribute] { (try? engine.schema.attributes) ?? [] }

  func values(of attribute: String, prefix: String) -> [String] {
    let known = attributes.first { $0.name.lowercased() == attribute.lowercased() }
    guard let known else { return [] }
    if known.kind == .boolean { return ["true", "false"] }
    return (try? engine.values(of: known.name, prefix: prefix, limit: Self.most)) ?? []
  }

  /// Those on the screen first; of all others only such as begin with something.
  func ids(prefix: String) -> [String] {
    let first = shown.filter { $0.hasPrefix(prefix) }
    if prefix.isEmpty { return first }
    let others = (try? engine.ids(beginning: prefix, limit: Self.most)) ?? []
    return first + others.filter { !first.contains($0) }
  }
}
