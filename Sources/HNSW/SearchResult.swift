/// A vector that a search found.
public struct SearchHit: Sendable, Hashable {
  /// Where it is.
  public let slot: Slot
  /// How far it is from the query, by the index's metric: 1 - cosine, minus the inner product, or
  /// the squared Euclidean distance.
  public let distance: Float
}

/// The way a search took.
public enum SearchPath: String, Sendable, Hashable {
  /// A walk over the graph.
  case graph
  /// A walk over the graph, broad enough for what the filter lets through: to the query through all
  /// nodes, and from there on through what matches.
  case filteredGraph
  /// A scan of everything that may be returned.
  case scan
}

/// The answer to a query.
public struct SearchResult: Sendable, Hashable {
  /// The hits, nearest first.
  public let hits: [SearchHit]
  /// The way that was taken.
  public let path: SearchPath
  /// Whether the answer is that of comparing every vector in full precision.
  public let isExact: Bool
  /// Rows scored: codes and full vectors.
  public let distanceCount: Int
  /// Vectors that could have been returned: those that the filter lets through.
  public let candidateCount: Int
  /// What the planner expected the ways to cost.
  public internal(set) var estimate = SearchEstimate()
}

/// What a planner expects the ways of a search to cost, in rows of codes that a scan reads. The
/// cheaper one is taken, unless a walk comes back short.
public struct SearchEstimate: Sendable, Hashable {
  /// Of a scan of everything that may be returned.
  public internal(set) var scan = 0.0
  /// Of a walk over the graph, broad enough for what the filter lets through.
  public internal(set) var walk = 0.0
}

/// What a search is to find.
public struct SearchParameters: Sendable {
  /// Hits wanted. Default: 10.
  public var k: Int
  /// Breadth of the walk: how many of the nearest nodes are expanded. More is slower and finds
  /// more; less than `k` will do where misses do not matter much, since what a walk meets counts as
  /// well. Default: `nil`, for 64, or `k` if that is more, or three times `k` with a filter.
  public var ef: Int?
  /// Slots that may be returned; `nil` for all. Default: `nil`.
  public var filter: SlotSet?
  /// Compare every vector in full precision. Default: `false`.
  public var exact: Bool
  /// Hits may not be farther than this. Default: `nil`.
  public var maxDistance: Float?
  /// The breadth of a walk for few hits where none is asked for.
  static let usualBreadth = 64
  /// The way to take whatever it costs, for measurements; `nil` for the planner's choice.
  package var forcedPath: SearchPath?

  /// Makes parameters.
  public init(
    k: Int = 10, ef: Int? = nil, filter: SlotSet? = nil, exact: Bool = false,
    maxDistance: Float? = nil
  ) {
    self.k = k
    self.ef = ef
    self.filter = filter
    self.exact = exact
    self.maxDistance = maxDistance
  }
}
