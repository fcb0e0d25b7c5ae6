/// Something that makes a product better, on a scale of 0 to 1, and how much that counts.
public struct Boost: Hashable, Sendable {
  /// What makes a product better.
  public enum Measure: Hashable, Sendable {
    /// 1 for products that have one of these values, 0 for the others.
    case values([Value])
    /// 1 at a number or date, ½ at this distance (of dates in seconds), ¼ at twice the distance. As in a
    /// filter the attribute's kind says what a text is read as: `2024` is a number or a year.
    case near(Value, half: Double)
    /// The logarithm of a number that is not negative, as a share of the greatest in the index.
    case popularity

    /// The measure of how near a number is.
    public static func near(_ target: Double, half: Double) -> Measure {
      .near(.number(target), half: half)
    }
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

extension Boost {
  /// Where a target is on the axis of an attribute of a kind with an order.
  /// - Throws: ``QueryError`` for a target of another kind.
  func place(of target: Value, _ kind: Attribute.Kind) throws -> Double {
    guard let place = Self.place(of: target, kind) else {
      let expected = kind == .date ? "a date such as 2024-05-31" : "a number"
      throw QueryError.invalid(
        "the boost of \(attribute): expected near \(expected), found \"\(target.plainText)\"")
    }
    return place
  }

  /// The same; nil for a target of another kind.
  fileprivate static func place(of target: Value, _ kind: Attribute.Kind) -> Double? {
    switch (kind, target) {
    case (.number, .number(let number)): number.isFinite ? number : nil
    case (.number, .text(let text)): ValueParsing.plainNumber(text)
    case (.date, .date(let seconds)): Double(seconds)
    // A year is written like a number; what is beyond all years are seconds.
    case (.date, .number(let seconds)) where abs(seconds) >= 10_000 && seconds.isFinite: seconds
    case (.date, .number), (.date, .text):
      Timestamp.span(of: target.plainText).map { Double($0.lowerBound) }
    default: nil
    }
  }
}

extension Boost: Codable {
  private enum Key: String, CodingKey, CaseIterable {
    case attribute, weight, values, near, half, popularity
  }

  /// Decodes `{"attribute", "weight"}` with `"values": […]`, `"near": 5, "half": 2` or
  /// `"popularity": true`. Near a date is written as the date, such as `"2024-05"`, or in seconds
  /// since 1970.
  public init(from decoder: any Decoder) throws {
    try decoder.refuseMembers(besides: Key.self)
    let container = try decoder.container(keyedBy: Key.self)
    attribute = try container.decode(String.self, forKey: .attribute)
    weight = try container.decodeIfPresent(Float.self, forKey: .weight) ?? 0.1
    if container.contains(.values) {
      measure = .values(try container.decode([Value].self, forKey: .values))
    } else if container.contains(.near) {
      let target = try container.decode(Value.self, forKey: .near)
      guard [Attribute.Kind.number, .date].contains(where: { Self.place(of: target, $0) != nil })
      else {
        throw DecodingError.dataCorruptedError(
          forKey: .near, in: container, debugDescription: "expected a number or a date")
      }
      measure = .near(target, half: try container.decode(Double.self, forKey: .half))
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
