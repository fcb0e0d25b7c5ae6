public import ArgumentParser
public import Vitrine

/// What to search for, as options: the command line and the REPL make the same ``Query`` of it.
struct SearchOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "Words: what it looks like, what it is called. -word excludes one, in quotes with others, as "
        + "in \"shoes -kids\", or after --. A phrase is in quotes of its own: 'shoes \"flip flop\"'."
    ))
  var text: [String] = []

  // A number may have a sign in front, which would else pass for that of an option.
  @Option(
    name: .customShort("k", allowingJoined: true), parsing: .unconditional,
    help: "How many results.")
  var k = 10

  @Option(
    help: ArgumentHelp("Look like this photograph. Repeatable.", valueName: "file"),
    completion: .file())
  var image: [String] = []

  @Option(
    help: ArgumentHelp(
      "Look like this product, which is left out itself. Repeatable.", valueName: "id"),
    completion: .products)
  var like: [String] = []

  @Option(
    help: ArgumentHelp("Look away from this product. Repeatable.", valueName: "id"),
    completion: .products)
  var unlike: [String] = []

  @Option(
    help: ArgumentHelp("Look away from what these words say. Repeatable.", valueName: "words"))
  var less: [String] = []

  @Option(
    help: ArgumentHelp(
      "Only products for which this holds, such as: brand = Kestrel and price < 50. Repeatable: "
        + "all of them must hold.", valueName: "expr"))
  var filter: [String] = []

  @Option(
    help: ArgumentHelp(
      "Raise products: \"colour = Red by 0.2\", \"price near 50 within 20\", \"sales by 0.1\" for "
        + "what is popular. Repeatable.", valueName: "boost"))
  var boost: [String] = []

  @Option(
    help: ArgumentHelp("Count this attribute's values. Repeatable.", valueName: "attribute"),
    completion: .attributes)
  var facet: [String] = []

  @Option(
    help: ArgumentHelp(
      "Tell this attribute of each result instead of all. Repeatable.", valueName: "attribute"),
    completion: .attributes)
  var field: [String] = []

  @Option(help: ArgumentHelp("Go on where an answer's cursor says.", valueName: "text"))
  var cursor: String?

  @Flag(help: "Compare with every product instead of walking the graph.")
  var exact = false

  @Option(
    parsing: .unconditional,
    help: "Breadth of the walk through the graph: more finds more, slower."
  )
  var ef: Int?

  @Flag(help: "Say how each score came about.")
  var explain = false

  @OptionGroup(title: "How products are ranked") var ranking: RankingOptions

  func validate() throws {
    guard (1...Query.Limits.candidates).contains(k) else {
      throw ValidationError("-k must be from 1 to \(Query.Limits.candidates), not \(k)")
    }
  }

  /// The query.
  ///
  /// - Parameter schema: what the filter is checked against; nil looks at its syntax only.
  /// - Throws: ``FilterError``, ``Failure`` for a photograph that cannot be read.
  func query(schema: Schema?) throws -> Query {
    let words = text.joined(separator: " ")
    var query = Query(words.isEmpty ? nil : words)
    query.terms += try image.map { .image(try WholeFile.readPhotograph($0)) }
    query.terms += like.map { .product($0) }
    query.terms += unlike.map { .product($0, weight: QueryTerm.away) }
    query.terms += less.map { .text($0, weight: QueryTerm.away) }
    query.filter = try Filter.all(filter, schema: schema)
    query.boosts = try boost.map { try Boost(words: $0) }
    query.facets = facet.map { FacetRequest($0) }
    query.fields = field.isEmpty ? nil : field
    query.k = k
    query.cursor = cursor
    query.ef = ef
    query.exact = exact
    query.explain = explain
    ranking.apply(to: &query)
    return query
  }
}

/// How products are ranked and arranged, as options, and as settings of the REPL.
struct RankingOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How much looks count, the rest being words: from 0 to 1.", valueName: "share"))
  var looks: Float?

  @Option(help: "How looks and words are put together: calibrated or rrf (by rank).")
  var fusion = Fusion.calibrated

  @Option(help: "What a brand or colour in the words does: boost, filter or ignore.")
  var mentions = Mentions.boost

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Only products that score so much.", valueName: "score"))
  var cutoff: Float?

  @Option(
    help: ArgumentHelp("Only the best of each value of this attribute.", valueName: "attribute"),
    completion: .attributes)
  var group: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Vary the results: from 1, relevance alone, down to 0, variety alone.", valueName: "lambda"))
  var diversity: Float?

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Order the --candidates best by this attribute; -price for falling. Repeatable.",
      valueName: "attribute"), completion: .attributes)
  var sort: [String] = []

  @Option(
    parsing: .unconditional,
    help: "How many of the nearest, and best in words, are ranked; --sort orders so many."
  )
  var candidates = Query().candidates

  init() {}

  func validate() throws {
    if let looks, !(0...1).contains(looks) {
      throw ValidationError("looks must be from 0 to 1, not \(looks)")
    }
  }

  func apply(to query: inout Query) {
    query.weights =
      looks.map { BlendWeights(similarity: $0, lexical: 1 - $0) } ?? BlendWeights()
    query.fusion = fusion
    query.mentions = mentions
    query.cutoff = cutoff
    query.group = group.map { Grouping(by: $0) }
    query.diversity = diversity
    query.sort = sort.map { SortKey(sortable: $0) }
    query.candidates = candidates
  }

  /// Reads settings, each as the values of the option of its name.
  ///
  /// - Throws: ``Failure`` for a value that makes no sense.
  init(settings: [ReplSetting: [String]]) throws(Failure) {
    let words = settings.sorted { $0.key.rawValue < $1.key.rawValue }
      .flatMap { setting, values in values.map { "--\(setting.rawValue)=\($0)" } }
    do {
      self = try RankingOptions.parse(words)
    } catch {
      // As settings have no dashes.
      let message = RankingOptions.message(for: error)
      throw .usage(message.replacing(/'--([a-z]+)( <[^>]*>)?'/) { "\"\($0.1)\"" })
    }
  }
}

extension Fusion: ExpressibleByArgument {}
extension Mentions: ExpressibleByArgument {}

extension Filter {
  /// What all of these texts ask for; nil if there are none.
  ///
  /// - Throws: ``FilterError``.
  static func all(_ texts: [String], schema: Schema?) throws -> Filter? {
    let filters = try texts.map { try Filter.parse($0, schema: schema) }
    return filters.count > 1 ? .and(filters) : filters.first
  }
}

extension QueryTerm {
  /// How much that counts of which a search is to lead away: less than what it is to find.
  static let away: Float = -0.5
}

extension SortKey {
  /// `price`, or `-price` for falling.
  init(sortable name: String) {
    if name.hasPrefix("-") {
      self.init(String(name.dropFirst()), descending: true)
    } else {
      self.init(name)
    }
  }
}
