/// Something that makes a product better, on a scale of 0 to 1, and how much that counts.
public struct Boost: Hashable, Sendable {
  /// What makes a product better.
  public enum Measure: Hashable, Sendable {
    /// 1 for products that have one of these values, 0 for the others.
    case values([Value])
    /// 1 at a number or date (seconds since 1970), ½ at this distance, ¼ at twice the distance.
    case near(Double, half: Double)
    /// The logarithm of a number that is not negative, as a share of the greatest in the index.
    case popularity
  }

  /// The attribute that is looked at.
  public var attribute: String
  /// What makes a product better.
  public var measure: Measure
  /// How much it counts, at most ``Query/Limits/weight``; negative makes products worse.
  public var weight: Float

  /// A boost.
  public init(_ attribute: String, _ measure: Measure, weight: Float = 0.1) {
    self.attribute = attribute
    self.measure = measure
    self.weight = weight
  }
}

extension Boost: Codable {
  private enum Key: String, CodingKey, CaseIterable {
    case attribute, weight, values, near, half, popularity
  }

  /// Decodes `{"attribute", "weight"}` with `"values": […]`, `"near": 5, "half": 2` or
  /// `"popularity": true`. Near a date is written as the date.
  public init(from decoder: any Decoder) throws {
    try decoder.refuseMembers(besides: Key.self)
    let container = try decoder.container(keyedBy: Key.self)
    attribute = try container.decode(String.self, forKey: .attribute)
    weight = try container.decodeIfPresent(Float.self, forKey: .weight) ?? 0.1
    if container.contains(.values) {
      measure = .values(try container.decode([Value].self, forKey: .values))
    } else if container.contains(.near) {
      let half = try container.decode(Double.self, forKey: .half)
      switch try container.decode(Value.self, forKey: .near) {
      case .number(let target): measure = .near(target, half: half)
      case .text(let text):
        guard let span = Timestamp.span(of: text) else { fallthrough }
        measure = .near(Double(span.lowerBound), half: half)
      default:
        throw DecodingError.dataCorruptedError(
          forKey: .near, in: container, debugDescription: "expected a number or a date")
      }
    } else if try container.decodeIfPresent(Bool.self, forKey: .popularity) == true {
      measure = .popularity
    } else {
      throw DecodingError.dataCorruptedError(
        forKey: .values, in: container,
        debugDescription: "a boost has \"values\", \"near\" and \"half\", or \"popularity\": true")
    }
  }

  /// The inverse of ``init(from:)``.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(attribute, forKey: .attribute)
    try container.encode(weight, forKey: .weight)
    switch measure {
    case .values(let values): try container.encode(values, forKey: .values)
    case .near(let target, let half):
      try container.encode(target, forKey: .near)
      try container.encode(half, forKey: .half)
    case .popularity: try container.encode(true, forKey: .popularity)
    }
  }
}
