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

/// The attributes of an index and their most frequent values, as of when they were counted.
struct IndexVocabulary: Vocabulary {
  let attributes: [Attribute]
  private let values: [String: [String]]
  private var known: [String] = []
  private var others: (String) -> [String] = { _ in [] }

  private static let valuesOfEach = 200

  /// Counts the values of all keywords, which is one query without terms.
  init(_ engine: Engine) async throws {
    attributes = try engine.schema.attributes
    let requests = attributes.filter { [.keyword, .boolean].contains($0.kind) }
      .map { FacetRequest($0.name, limit: IndexVocabulary.valuesOfEach) }
    var values: [String: [String]] = [:]
    for facet in try await engine.facets(requests) {
      values[facet.attribute.lowercased()] = facet.values?.compactMap(\.value.label)
    }
    self.values = values
  }

  /// The same with ids that are on the screen, and those that an index has.
  func adding(_ ids: [String], others: @escaping (_ prefix: String) -> [String]) -> IndexVocabulary
  {
    var more = self
    more.known = ids
    more.others = others
    return more
  }

  func values(of attribute: String, prefix: String) -> [String] {
    values[attribute.lowercased(), default: []].filter {
      $0.lowercased().hasPrefix(prefix.lowercased())
    }
  }

  /// Those on the screen first; of all others only such as begin with something.
  func ids(prefix: String) -> [String] {
    let shown = known.filter { $0.hasPrefix(prefix) }
    return prefix.isEmpty ? shown : shown + others(prefix).filter { !shown.contains($0) }
  }
}
