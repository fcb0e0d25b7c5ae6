extension Query {
  /// Bounds on a query, so that one from outside cannot exhaust a server.
  public enum Limits {
    /// Products ranked for one query, and products on one page.
    public static let candidates = 20_000
    /// Terms of one query.
    public static let terms = 64
    /// Values or bars of one facet.
    public static let facetValues = 10_000
  }

  /// - Throws: ``QueryError`` for a property that makes no sense by itself.
  func validate() throws {
    func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
      if !condition { throw QueryError.invalid(message()) }
    }
    let most = Limits.candidates
    try require((1...most).contains(k), "k must be from 1 to \(most), not \(k)")
    try require(
      (1...most).contains(candidates), "candidates must be from 1 to \(most), not \(candidates)")
    try require(ef.map { (1...most).contains($0) } ?? true, "ef must be from 1 to \(most)")
    try require(terms.count <= Limits.terms, "a query has at most \(Limits.terms) terms")
    try require(
      terms.allSatisfy { $0.weight.isFinite && $0.weight != 0 },
      "the weight of a term must be a number other than 0")
    try require(
      weights.similarity.isFinite && weights.lexical.isFinite && weights.similarity >= 0
        && weights.lexical >= 0 && weights.similarity + weights.lexical > 0,
      "the weights of similarity and words must be 0 or more, and one of them more")
    try require(
      diversity.map { (0...1).contains($0) } ?? true, "diversity must be from 0 to 1")
    try require(group.map { $0.size >= 1 } ?? true, "the size of a group must be 1 or more")
    try require(
      facets.allSatisfy { (1...Limits.facetValues).contains($0.limit) },
      "the limit of a facet must be from 1 to \(Limits.facetValues)")
    try require(cutoff?.isFinite ?? true, "the cut-off must be a number")
    for boost in boosts {
      try require(boost.weight.isFinite, "the weight of a boost must be a number")
      if case .near(let target, let half) = boost.measure {
        try require(
          target.isFinite && half.isFinite && half > 0, "the half distance must be more than 0")
      }
    }
  }

  /// Whether it is a walk through the graph and no more: nothing to embed, to filter or to count.
  var isBrief: Bool {
    var plain = Query()
    (plain.terms, plain.k, plain.fields, plain.cursor) = (terms, k, fields, cursor)
    return self == plain && k <= candidates
      && terms.contains { $0.weight > 0 }
      && terms.allSatisfy { term in
        switch term.subject {
        case .vector, .product: true
        case .text, .image: false
        }
      }
  }

  /// The query in words, for logs and answers.
  var label: String {
    var label = ""
    for term in terms {
      let subject =
        switch term.subject {
        case .text(let text): text
        case .image: "[image]"
        case .product(let id): "[like \(id)]"
        case .vector: "[vector]"
        }
      if term.weight < 0 {
        label += label.isEmpty ? "− " : " − "
      } else if !label.isEmpty {
        label += " + "
      }
      label += subject
    }
    return label
  }
}
