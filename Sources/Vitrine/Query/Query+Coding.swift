import Foundation

extension Query {
  /// The query of a JSON text; see ``init(from:)``.
  ///
  /// - Parameter schema: what filters are checked against; asked for once there is a need.
  /// - Throws: `DecodingError`, ``FilterError``, what `schema` throws.
  package init(json: [UInt8], schema: () throws -> Schema?) throws {
    if let query = QuickQueryReader.query(json, schema: schema) {
      self = query
      return
    }
    self = try Self.decoder(schema).decode(Query.self, from: Data(json))
  }

  /// The queries of a JSON array.
  package static func list(json: [UInt8], schema: () throws -> Schema?) throws -> [Query] {
    if let queries = QuickQueryReader.queries(json, schema: schema) { return queries }
    return try decoder(schema).decode([Query].self, from: Data(json))
  }

  private static func decoder(_ schema: () throws -> Schema?) throws -> JSONDecoder {
    let decoder = JSONDecoder()
    if let key = CodingUserInfoKey.schema { decoder.userInfo[key] = try schema() }
    return decoder
  }
}

extension Query: Codable {
  private enum Key: String, CodingKey, CaseIterable {
    case text, terms, filter, k, ef, exact, explain, weights, fusion, boosts, mentions
    case fieldWeights = "field_weights"
    case cutoff, facets, group, diversity, sort, candidates, fields, cursor
  }

  /// Decodes an object whose members have the names of the properties, in snake case. `text` is
  /// short for one term.
  public init(from decoder: any Decoder) throws {
    self.init()
    try decoder.refuseMembers(besides: Key.self)
    let container = try decoder.container(keyedBy: Key.self)
    func readOptional<T: Decodable>(_ key: Key, into value: inout T?) throws {
      do {
        value = try container.decodeIfPresent(T.self, forKey: key)
      } catch let error where !(error is DecodingError || error is FilterError) {
        // Foundation's own, which its decoder would call no valid JSON and not say where.
        throw DecodingError.dataCorruptedError(
          forKey: key, in: container, debugDescription: "expected a number that fits")
      }
    }
    func read<T: Decodable>(_ key: Key, into value: inout T) throws {
      var read: T?
      try readOptional(key, into: &read)
      value = read ?? value
    }
    try read(.terms, into: &terms)
    if let text = try container.decodeIfPresent(String.self, forKey: .text) {
      terms.insert(.text(text), at: 0)
    }
    try readOptional(.filter, into: &filter)
    try read(.k, into: &k)
    try readOptional(.ef, into: &ef)
    try read(.exact, into: &exact)
    try read(.explain, into: &explain)
    try read(.weights, into: &weights)
    try read(.fusion, into: &fusion)
    try read(.boosts, into: &boosts)
    try read(.mentions, into: &mentions)
    try readOptional(.fieldWeights, into: &fieldWeights)
    try readOptional(.cutoff, into: &cutoff)
    try read(.facets, into: &facets)
    try readOptional(.group, into: &group)
    try readOptional(.diversity, into: &diversity)
    try read(.sort, into: &sort)
    try read(.candidates, into: &candidates)
    try readOptional(.fields, into: &fields)
    try readOptional(.cursor, into: &cursor)
  }

  /// Encodes all properties that have a value.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(terms, forKey: .terms)
    try container.encodeIfPresent(filter, forKey: .filter)
    try container.encode(k, forKey: .k)
    try container.encodeIfPresent(ef, forKey: .ef)
    try container.encode(exact, forKey: .exact)
    try container.encode(explain, forKey: .explain)
    try container.encode(weights, forKey: .weights)
    try container.encode(fusion, forKey: .fusion)
    try container.encode(boosts, forKey: .boosts)
    try container.encode(mentions, forKey: .mentions)
    try container.encodeIfPresent(fieldWeights, forKey: .fieldWeights)
    try container.encodeIfPresent(cutoff, forKey: .cutoff)
    try container.encode(facets, forKey: .facets)
    try container.encodeIfPresent(group, forKey: .group)
    try container.encodeIfPresent(diversity, forKey: .diversity)
    try container.encode(sort, forKey: .sort)
    try container.encode(candidates, forKey: .candidates)
    try container.encodeIfPresent(fields, forKey: .fields)
    try container.encodeIfPresent(cursor, forKey: .cursor)
  }
}

extension QueryTerm: Codable {
  private enum Key: String, CodingKey, CaseIterable { case text, image, product, vector, weight }

  /// Decodes `{"text": "…"}`, `{"product": "id"}`, `{"vector": […]}` or `{"image": "base64"}`,
  /// each with an optional `"weight"`.
  public init(from decoder: any Decoder) throws {
    try decoder.refuseMembers(besides: Key.self)
    let container = try decoder.container(keyedBy: Key.self)
    weight = try container.decodeIfPresent(Float.self, forKey: .weight) ?? 1
    let subjects: [Subject?] = [
      try container.decodeIfPresent(String.self, forKey: .text).map { .text($0) },
      try container.decodeIfPresent(Data.self, forKey: .image).map { .image(Array($0)) },
      try container.decodeIfPresent(String.self, forKey: .product).map { .product($0) },
      try container.decodeIfPresent([Float].self, forKey: .vector).map { .vector($0) },
    ]
    let given = subjects.compactMap(\.self)
    guard given.count == 1 else {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: decoder.codingPath,
          debugDescription: "a term has one of \"text\", \"image\", \"product\" and \"vector\", "
            + "found \(given.count)"))
    }
    subject = given[0]
  }

  /// The inverse of ``init(from:)``.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    switch subject {
    case .text(let text): try container.encode(text, forKey: .text)
    case .image(let bytes): try container.encode(Data(bytes), forKey: .image)
    case .product(let id): try container.encode(id, forKey: .product)
    case .vector(let vector): try container.encode(vector, forKey: .vector)
    }
    try container.encode(weight, forKey: .weight)
  }
}

extension BlendWeights: Codable {
  private enum Key: String, CodingKey, CaseIterable { case similarity, lexical, mention }

  /// Decodes an object of which any member may be left out.
  public init(from decoder: any Decoder) throws {
    self.init()
    try decoder.refuseMembers(besides: Key.self)
    let container = try decoder.container(keyedBy: Key.self)
    similarity = try container.decodeIfPresent(Float.self, forKey: .similarity) ?? similarity
    lexical = try container.decodeIfPresent(Float.self, forKey: .lexical) ?? lexical
    mention = try container.decodeIfPresent(Float.self, forKey: .mention) ?? mention
  }

  /// Encodes all weights.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(similarity, forKey: .similarity)
    try container.encode(lexical, forKey: .lexical)
    try container.encode(mention, forKey: .mention)
  }
}

extension Grouping: Codable {
  private enum Key: String, CodingKey, CaseIterable { case attribute, size }

  /// Decodes an object; the size may be left out.
  public init(from decoder: any Decoder) throws {
    try decoder.refuseMembers(besides: Key.self)
    let container = try decoder.container(keyedBy: Key.self)
    self.init(
      by: try container.decode(String.self, forKey: .attribute),
      size: try container.decodeIfPresent(Int.self, forKey: .size) ?? 1)
  }

  /// Encodes both properties.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(attribute, forKey: .attribute)
    try container.encode(size, forKey: .size)
  }
}

extension SortKey: Codable {
  private enum Key: String, CodingKey, CaseIterable { case attribute, descending }

  /// Decodes an object; ascending where nothing is said.
  public init(from decoder: any Decoder) throws {
    try decoder.refuseMembers(besides: Key.self)
    let container = try decoder.container(keyedBy: Key.self)
    self.init(
      try container.decode(String.self, forKey: .attribute),
      descending: try container.decodeIfPresent(Bool.self, forKey: .descending) ?? false)
  }

  /// Encodes both properties.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(attribute, forKey: .attribute)
    try container.encode(descending, forKey: .descending)
  }
}

extension FacetRequest: Codable {
  private enum Key: String, CodingKey, CaseIterable { case attribute, limit }

  /// Decodes an object, or the name of an attribute alone.
  public init(from decoder: any Decoder) throws {
    if let name = try? decoder.singleValueContainer().decode(String.self) {
      self.init(name)
      return
    }
    try decoder.refuseMembers(besides: Key.self)
    let container = try decoder.container(keyedBy: Key.self)
    self.init(
      try container.decode(String.self, forKey: .attribute),
      limit: try container.decodeIfPresent(Int.self, forKey: .limit) ?? 10)
  }

  /// Encodes both properties.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(attribute, forKey: .attribute)
    try container.encode(limit, forKey: .limit)
  }
}
