import Vitrine

extension Engine {
  /// How many products there are, without the rest of what `stats` counts.
  func productCount() async throws -> Int {
    var query = Query()
    query.k = 1
    query.explain = true
    return try await search(query).plan?.permitted ?? 0
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
    var query = Query()
    query.k = 1
    query.facets = attributes.filter { [.keyword, .boolean].contains($0.kind) }
      .map { FacetRequest($0.name, limit: IndexVocabulary.valuesOfEach) }
    var values: [String: [String]] = [:]
    for facet in try await engine.search(query).facets ?? [] {
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
