import ArgumentParser
import Vitrine

/// What to search for, as options: the command line and the REPL make the same ``Query`` of it.
struct SearchOptions: ParsableArguments {
  @Argument(help: "Words: what it looks like, what it is called. -word excludes.")
  var text: [String] = []

  @Option(name: .short, help: "How many results.")
  var k = 10

  @Option(help: ArgumentHelp("Look like this photograph.", valueName: "file"), completion: .file())
  var image: String?

  @Option(help: ArgumentHelp("Look like this product.", valueName: "id"))
  var like: String?

  @Option(
    help: ArgumentHelp(
      "Only products for which this holds, such as: brand = Kestrel and price < 50",
      valueName: "expr"))
  var filter: String?

  @Option(
    help: ArgumentHelp(
      "Raise products, such as \"colour = Red by 0.2\". Repeatable.", valueName: "boost"))
  var boost: [String] = []

  @Option(help: ArgumentHelp("Count this attribute's values. Repeatable.", valueName: "attribute"))
  var facet: [String] = []

  @Option(
    help: ArgumentHelp("Order by this attribute; -price for falling.", valueName: "attribute"))
  var sort: String?

  @Flag(help: "Compare with every product instead of walking the graph.")
  var exact = false

  @Option(help: "Breadth of the walk through the graph: more finds more, slower.")
  var ef: Int?

  @Flag(help: "Say how each score came about.")
  var explain = false

  /// The query.
  ///
  /// - Throws: ``FilterError``, ``Failure`` for a photograph that cannot be read.
  func query(schema: Schema) throws -> Query {
    let words = text.joined(separator: " ")
    var query = Query(words.isEmpty ? nil : words)
    if let image { query.terms.append(.image(try WholeFile.read(image))) }
    if let like { query.terms.append(.product(like)) }
    query.filter = try filter.map { try Filter.parse($0, schema: schema) }
    query.boosts = try boost.compactMap {
      if case .boost(let boost) = try ReplCommand.parse(":boost \($0)") { boost } else { nil }
    }
    query.facets = facet.map { FacetRequest($0) }
    query.sort = sort.map { [SortKey(sortable: $0)] } ?? []
    query.k = k
    query.ef = ef
    query.exact = exact
    query.explain = explain
    return query
  }
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
