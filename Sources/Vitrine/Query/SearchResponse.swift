/// The answer to a ``Query``.
public struct SearchResponse: Sendable, Hashable, Codable {
  /// What was looked for, in words.
  public var query: String
  /// How long it took, in milliseconds.
  public var tookMs: Double
  /// Whether every permitted vector was compared, so that no nearer product can have been missed.
  public var exact: Bool
  /// How the vectors were searched: `graph`, `filtered-graph`, `scan`; or not at all, but by
  /// `words` alone, or `all` that are permitted being listed.
  public var path: String
  /// How many products the filter, phrases and exclusions permit; nil if they permit all.
  public var matches: Int?
  /// The products of this page, the best first.
  public var hits: [Hit]
  /// The counts that were asked for.
  public var facets: [Facet]?
  /// What to put into ``Query/cursor`` for the next page; nil on the last one.
  public var cursor: String?
  /// What a reader should know: words that were corrected, values that no product has.
  public var notes: [String]
  /// How the answer came about, if ``Query/explain`` asked for it.
  public var plan: Plan?

  private enum CodingKeys: String, CodingKey {
    case query
    case tookMs = "took_ms"
    case exact, path, matches, hits, facets, cursor, notes, plan
  }

  /// Encodes `matches` as null where it is nil.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(query, forKey: .query)
    try container.encode(tookMs, forKey: .tookMs)
    try container.encode(exact, forKey: .exact)
    try container.encode(path, forKey: .path)
    try container.encode(matches, forKey: .matches)
    try container.encode(hits, forKey: .hits)
    try container.encodeIfPresent(facets, forKey: .facets)
    try container.encodeIfPresent(cursor, forKey: .cursor)
    if !notes.isEmpty { try container.encode(notes, forKey: .notes) }
    try container.encodeIfPresent(plan, forKey: .plan)
  }

  /// The inverse of ``encode(to:)``.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    query = try container.decode(String.self, forKey: .query)
    tookMs = try container.decode(Double.self, forKey: .tookMs)
    exact = try container.decode(Bool.self, forKey: .exact)
    path = try container.decode(String.self, forKey: .path)
    matches = try container.decodeIfPresent(Int.self, forKey: .matches)
    hits = try container.decode([Hit].self, forKey: .hits)
    facets = try container.decodeIfPresent([Facet].self, forKey: .facets)
    cursor = try container.decodeIfPresent(String.self, forKey: .cursor)
    notes = try container.decodeIfPresent([String].self, forKey: .notes) ?? []
    plan = try container.decodeIfPresent(Plan.self, forKey: .plan)
  }

  init(
    query: String, exact: Bool = true, path: String = "scan", matches: Int? = nil, hits: [Hit] = []
  ) {
    self.query = query
    self.exact = exact
    self.path = path
    self.matches = matches
    self.hits = hits
    tookMs = 0
    notes = []
  }
}

/// A product that was found.
public struct Hit: Sendable, Hashable, Codable {
  /// The product's id.
  public var id: String
  /// How good it is: the higher, the better.
  public var score: Float
  /// Where its photograph is, as the catalogue names it.
  public var image: String?
  /// What is known of it.
  public var attributes: [String: Value]
  /// Which words of the query it has, as they are written in the query.
  public var words: [String]?
  /// The parts of the score, if ``Query/explain`` asked for them; they add up to it.
  public var explain: [ScorePart]?
}

/// One part of the score of a hit.
public struct ScorePart: Sendable, Hashable, Codable {
  /// `similarity`, `lexical`, or what a boost looks at.
  public var part: String
  /// The measure before it is put on the common scale: cosine, BM25, value of the attribute.
  public var raw: Double?
  /// The measure on a scale of 0 to 1.
  public var value: Float
  /// What the value is multiplied by.
  public var weight: Float
  /// The product of both: what the part adds to the score.
  public var score: Float
}

/// How often the values of an attribute occur among the relevant products.
public struct Facet: Sendable, Hashable, Codable {
  /// A value and how many relevant products have it.
  public struct Count: Sendable, Hashable, Codable {
    /// The value.
    public var value: Value
    /// How many relevant products have it.
    public var count: Int
  }

  /// A bar of a histogram: how many values lie from one to another.
  public struct Bar: Sendable, Hashable, Codable {
    /// The least value of the bar.
    public var from: Value
    /// The end, which belongs to the next bar; the last bar's belongs to it.
    public var to: Value
    /// How many relevant products have a value in it.
    public var count: Int
  }

  /// The attribute.
  public var attribute: String
  /// Whether all relevant products were counted.
  public var exact: Bool
  /// How many products were counted.
  public var relevant: Int
  /// The most frequent values of a keyword or boolean.
  public var values: [Count]?
  /// How many different values occur.
  public var distinct: Int
  /// The distribution of a number or date.
  public var histogram: [Bar]?
}

/// How an answer came about.
public struct Plan: Sendable, Hashable, Codable {
  /// How many products were permitted to be found.
  public var permitted: Int
  /// How many of them were ranked: the nearest in looks, and those whose words can bring them onto the page.
  public var ranked: Int
  /// What the ways through the vectors were expected to cost, in vectors that a scan compares: the
  /// cheaper one was taken. Nil if no vectors were searched.
  public var estimate: Estimate?
  /// How many vectors were compared with the query: what it did cost.
  public var distances: Int
  /// What the words of the query were taken for.
  public var words: [String: [String]]
  /// What stands for no and for full similarity in this query.
  public var calibration: [Float]?
  /// The snapshot that was searched.
  public var snapshot: Int
  /// Milliseconds by stage.
  public var milliseconds: [String: Double]

  /// What ways through the vectors are expected to cost.
  public struct Estimate: Sendable, Hashable, Codable {
    /// Comparing all that are permitted.
    public var scan: Double
    /// Walking the graph, broadly enough for what is permitted.
    public var walk: Double
  }
}

/// What is wrong with a query beyond its filter.
public enum QueryError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A property that makes no sense; the text says which and what was expected.
  case invalid(String)
  /// An attribute that the schema does not have, or not of a kind that can be used so.
  case attribute(String, expected: String, suggestion: String?)
  /// A cursor of another query, or none at all.
  case invalidCursor
  /// The index has changed since the cursor was given out.
  case cursorExpired

  /// One sentence: what is wrong and what was expected.
  public var description: String {
    switch self {
    case .invalid(let text): text
    case .attribute(let name, let expected, let suggestion):
      "\"\(name)\" is not \(expected)"
        + Spelling.hint(suggestion)
    case .invalidCursor: "the cursor is not one of this query"
    case .cursorExpired:
      "the cursor has expired: the index has changed since; start again at the first page"
    }
  }
}
