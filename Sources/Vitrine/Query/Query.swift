/// A search: what to look for, which products may be found, and how to arrange them.
///
/// ```swift
/// var query = Query("running shoes -kids")
/// query.terms.append(.product("sku-17", weight: 0.5))
/// query.terms.append(.text("black", weight: -0.4))
/// query.filter = try Filter.parse("brand = Nike and price < 3000")
/// ```
/// The score of a product is `weights.similarity · similarity + weights.lexical · lexical + Σ
/// weight · boost`, each part on a scale of 0 to 1; a part that the query does not ask for gives
/// its weight to the other. As JSON every property may be left out.
public struct Query: Hashable, Sendable {
  /// What to look for. None at all lists the products that ``filter`` permits.
  public var terms: [QueryTerm] = []
  /// Which products may be found.
  public var filter: Filter?
  /// How many products to return.
  public var k = 10
  /// Breadth of the walk through the graph: by default 64, or ``candidates`` if that is more.
  public var ef: Int?
  /// Whether to compare with every permitted vector instead of walking the graph.
  public var exact = false
  /// Whether each hit tells its score's parts and the answer tells its plan and times.
  public var explain = false
  /// How the parts of the score are weighed.
  public var weights = BlendWeights()
  /// How the parts are put on one scale.
  public var fusion = Fusion.calibrated
  /// What else makes a product better.
  public var boosts: [Boost] = []
  /// What a brand, colour or category named in the text does.
  public var mentions = Mentions.boost
  /// How much a word counts by the attribute in which it stands; guessed from the schema if nil.
  public var fieldWeights: FieldWeights?
  /// The least score of a relevant product; all that ``candidates`` permits is relevant if nil.
  public var cutoff: Float?
  /// Which attributes to count over the relevant products.
  public var facets: [FacetRequest] = []
  /// Whether only the best of each value of an attribute are returned.
  public var group: Grouping?
  /// From 1 (relevance alone) down to 0 (variety alone): each next product is the one that is
  /// relevant and unlike those before it (maximal marginal relevance; Carbonell and Goldstein,
  /// SIGIR 1998). Nil leaves the order of scores.
  public var diversity: Float?
  /// The order of the relevant products, if it is not that of scores.
  public var sort: [SortKey] = []
  /// How many of the products nearest in looks, and of those best in words, are ranked: pages end there.
  /// Of these ``sort`` orders the best, as many as this says.
  public var candidates = 200
  /// Which attributes the hits tell; all of them if nil.
  public var fields: [String]?
  /// Where the page starts: what ``SearchResponse/cursor`` said.
  public var cursor: String?

  /// A search for a text, or for nothing in particular.
  public init(_ text: String? = nil) {
    if let text { terms = [.text(text)] }
  }
}

/// One of the things that a query looks for, or away from if its weight is negative.
public struct QueryTerm: Hashable, Sendable {
  /// What is looked for.
  public enum Subject: Hashable, Sendable {
    /// Words, for their looks and for themselves; see ``LexicalQuery`` for the syntax.
    case text(String)
    /// An encoded photograph (JPEG, PNG, …).
    case image([UInt8])
    /// The looks of a product of the index, by id; one that is looked for is not among the results.
    case product(String)
    /// A vector of the index's space.
    case vector([Float])
  }

  /// What is looked for.
  public var subject: Subject
  /// How much, at most ``Query/Limits/weight``; negative looks away from it.
  public var weight: Float

  /// A term.
  public init(_ subject: Subject, weight: Float = 1) {
    self.subject = subject
    self.weight = weight
  }

  /// Words.
  public static func text(_ text: String, weight: Float = 1) -> QueryTerm {
    QueryTerm(.text(text), weight: weight)
  }

  /// An encoded photograph.
  public static func image(_ bytes: [UInt8], weight: Float = 1) -> QueryTerm {
    QueryTerm(.image(bytes), weight: weight)
  }

  /// A product of the index.
  public static func product(_ id: String, weight: Float = 1) -> QueryTerm {
    QueryTerm(.product(id), weight: weight)
  }

  /// A vector of the index's space.
  public static func vector(_ vector: [Float], weight: Float = 1) -> QueryTerm {
    QueryTerm(.vector(vector), weight: weight)
  }
}

/// How similarity of looks and relevance of words are weighed, each by at most
/// ``Query/Limits/weight``.
public struct BlendWeights: Hashable, Sendable {
  /// The weight of similarity.
  public var similarity: Float
  /// The weight of words.
  public var lexical: Float
  /// The weight of a value that the text names, under ``Mentions/boost``.
  public var mention: Float

  /// Weights, by default those that measured best; see <doc:Searching>.
  public init(similarity: Float = 0.5, lexical: Float = 0.5, mention: Float = 0.1) {
    self.similarity = similarity
    self.lexical = lexical
    self.mention = mention
  }
}

/// How the parts of a score are put on one scale.
public enum Fusion: String, Hashable, Sendable, Codable, CaseIterable {
  /// Similarity and BM25, each mapped to 0…1 by what is usual in the index; see
  /// ``SimilarityCalibration``.
  case calibrated
  /// By rank alone: 61 / (60 + rank), so that the first of each list has 1 (reciprocal rank
  /// fusion; Cormack, Clarke and Büttcher, SIGIR 2009).
  case reciprocalRank = "rrf"
}

/// What a value of a keyword attribute that is named in the text does.
public enum Mentions: String, Hashable, Sendable, Codable, CaseIterable {
  /// Nothing.
  case ignore
  /// Products that have the value score more.
  case boost
  /// Only products that have it are found.
  case filter
}

/// Keeps the best of each value of an attribute; products with several values go by all of them
/// together.
public struct Grouping: Hashable, Sendable {
  /// The attribute.
  public var attribute: String
  /// How many of each value are kept. Products without a value are all kept.
  public var size: Int

  /// The best `size` of each value of an attribute.
  public init(by attribute: String, size: Int = 1) {
    self.attribute = attribute
    self.size = size
  }
}

/// An attribute to order by. Products without a value come last; of several values of a product the one
/// counts that comes first in this order.
public struct SortKey: Hashable, Sendable {
  /// The attribute.
  public var attribute: String
  /// Whether great values come first.
  public var descending: Bool

  /// An attribute to order by.
  public init(_ attribute: String, descending: Bool = false) {
    self.attribute = attribute
    self.descending = descending
  }
}

/// An attribute to count over the relevant products.
public struct FacetRequest: Hashable, Sendable {
  /// The attribute.
  public var attribute: String
  /// How many values of a keyword are listed, the most frequent first; how many bars a histogram
  /// of numbers or dates has at most.
  public var limit: Int

  /// An attribute to count.
  public init(_ attribute: String, limit: Int = 10) {
    self.attribute = attribute
    self.limit = limit
  }
}
