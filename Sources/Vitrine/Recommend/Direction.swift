/// Where a graded recommendation leads.
public enum Direction: Hashable, Sendable, Codable {
  /// More of a quality: "darker", "with longer sleeves".
  case towards(String)
  /// From one kind to another: from "sneaker" to "heel".
  case between(String, String)

  private static let arrows = ["→", "->"]

  /// Reads `darker`, or `sneaker → heel` (also `->`). Any text is read; what leads nowhere, such as one
  /// with an end missing, ``Engine/recommend(_:towards:options:)`` refuses.
  public init(_ text: String) {
    for arrow in Self.arrows {
      let ends = text.split(separator: arrow, omittingEmptySubsequences: false).map(\.trimmed)
      if ends.count == 2, ends.allSatisfy({ !$0.isEmpty }) {
        self = .between(ends[0], ends[1])
        return
      }
    }
    self = .towards(text)
  }

  /// Whether it leads to more of a quality, within a kind, and not to another kind.
  public var isQuality: Bool {
    if case .towards = self { true } else { false }
  }

  /// - Throws: ``QueryError`` for a text that says nothing, or has an arrow that is not between two ends.
  func validate() throws {
    let ends: [String] =
      switch self {
      case .towards(let text): [text]
      case .between(let start, let end): [start, end]
      }
    guard ends.allSatisfy({ !$0.trimmed.isEmpty }) else {
      throw QueryError.invalid("expected a direction such as darker, found one without words")
    }
    guard !ends.contains(where: { end in Self.arrows.contains { end.contains($0) } }) else {
      let found = ends.joined(separator: " → ")
      throw QueryError.invalid(
        "expected one arrow between two kinds, such as sneaker → heel, found \"\(found)\"")
    }
  }

  /// The texts to be embedded. Captions say "dark" and not "darker", so that models know little of that.
  package var texts: [String] {
    switch self {
    case .towards(let text): [Comparative.positive(text)]
    case .between(let start, let end): [start, end]
    }
  }

  /// As it is read by ``init(_:)``.
  public init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(String.self))
  }

  /// As it is read by ``init(_:)``.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .towards(let text): try container.encode(text)
    case .between(let start, let end): try container.encode("\(start) → \(end)")
    }
  }
}

/// How a graded recommendation walks.
public struct RecommendOptions: Hashable, Sendable {
  /// How many steps to take, and so the most products to return.
  public var steps = 8
  /// The length of a step, in the space of unit vectors.
  public var stepSize: Float = 0.15
  /// How much each step is drawn back to where products are: λ of the paper, 0 to 1.
  public var regularisation: Float = 0.2
  /// How many products around a place draw it back, and may be chosen there.
  public var neighbours = 20
  /// How many products around the start are taken to be of its kind.
  public var population = 500
  /// How many of those show what the direction means.
  public var exemplars = 50
  /// Attributes in which every product must equal the first, or have all of its values where it has several.
  /// Nil keeps its category, if the schema has an attribute of such a name, unless the direction leads to
  /// another kind.
  public var keep: [String]?
  /// Which products may be found.
  public var filter: Filter?

  /// The defaults.
  public init() {}

  /// The attributes that stay as they are on a walk along a direction.
  public func kept(along direction: Direction, in schema: Schema) -> [String] {
    if let keep { return keep }
    guard direction.isQuality else { return [] }
    // The most particular first.
    let names = [
      "articletype", "producttype", "itemtype", "type", "subcategory", "productcategory",
      "category", "kind",
    ]
    let keywords = schema.attributes.filter { $0.kind == .keyword }.map(\.name)
    func plain(_ name: String) -> String { Folding.fold(name).filter(\.isLetter) }
    return names.compactMap { name in keywords.first { plain($0) == name } }.prefix(1).map(\.self)
  }

  func validate() throws {
    let counts = [
      ("steps", steps, 1...100), ("neighbours", neighbours, 1...1000),
      ("population", population, 2...Query.Limits.candidates),
      ("exemplars", exemplars, 1...max(1, population)),
    ]
    for (name, count, bounds) in counts where !bounds.contains(count) {
      throw QueryError.invalid(
        "\(name) must be from \(bounds.lowerBound) to \(bounds.upperBound), not \(count)")
    }
    guard stepSize.isFinite, stepSize > 0 else {
      throw QueryError.invalid("the step size must be a number above 0, not \(stepSize)")
    }
    guard (0...1).contains(regularisation) else {
      throw QueryError.invalid("the regularisation must be from 0 to 1, not \(regularisation)")
    }
  }
}

/// Products along a direction, each further than the one before.
public struct Recommendation: Sendable, Hashable, Codable {
  /// One product on the way.
  public struct Step: Sendable, Hashable, Codable {
    /// The product; its score is its similarity to the place on the way.
    public var hit: Hit
    /// How far along the direction it lies, from 0 for the first product; grows from step to step.
    public var progress: Float
  }

  /// The product at the start.
  public var start: Hit
  /// Where the way leads.
  public var towards: Direction
  /// The products on the way; fewer than asked for where the catalogue has none further along.
  public var steps: [Step]
}
