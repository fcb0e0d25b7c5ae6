/// How much a word counts by the attribute in which it stands, at most ``Query/Limits/weight``.
public struct FieldWeights: Hashable, Sendable, Codable {
  /// Weights by attribute name; 1 where nothing is said, 0 leaves an attribute out.
  public var weights: [String: Float]

  /// Weights by attribute name.
  public init(_ weights: [String: Float]) { self.weights = weights }

  /// Weights guessed from names and kinds: a title says most about a product, then the words of a
  /// vocabulary (brand, category, colour); a description mentions much that is beside the point.
  public static func guessed(for schema: Schema) -> FieldWeights {
    var weights: [String: Float] = [:]
    for attribute in schema.attributes {
      let name = Folding.fold(attribute.name)
      if ["title", "name"].contains(where: name.contains), !name.contains("brand") {
        weights[attribute.name] = 3
      } else if attribute.kind == .keyword {
        weights[attribute.name] = 2
      } else {
        weights[attribute.name] = 0.5
      }
    }
    return FieldWeights(weights)
  }

  /// Decodes a dictionary.
  public init(from decoder: any Decoder) throws {
    weights = try decoder.singleValueContainer().decode([String: Float].self)
  }

  /// Encodes the dictionary alone.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(weights)
  }

  /// The weight of each field of a schema, by its number.
  func numbered(by schema: Schema) -> [Float] {
    schema.attributes.map { max(0, weights[$0.name] ?? 1) }
  }
}
