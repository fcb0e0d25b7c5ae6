/// How much a word counts by the attribute in which it stands, at most ``Query/Limits/weight``.
public struct FieldWeights: Hashable, Sendable, Codable {
  /// Weights by attribute name, in any case; 1 where nothing is said, 0 leaves an attribute out.
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

  /// The weight of each field of a schema, by its number. A name in another case counts where the exact
  /// one is not given.
  func numbered(by schema: Schema) -> [Float] {
    var numbered = schema.attributes.map { weights[$0.name] }
    let exact = Set(schema.attributes.lazy.map(\.name))
    for (name, weight) in weights.sorted(by: { $0.key < $1.key }) where !exact.contains(name) {
      if case .attribute(let number) = schema.lookUp(name), numbered[number] == nil {
        numbered[number] = weight
      }
    }
    return numbered.map { max(0, $0 ?? 1) }
  }
}
