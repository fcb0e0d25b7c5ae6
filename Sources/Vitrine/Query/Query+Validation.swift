extension Query {
  /// Bounds on a query, so that one from outside cannot exhaust a server.
  public enum Limits {
    /// Products ranked for one query, and products on one page.
    public static let candidates = 20_000
    /// Terms of one query.
    public static let terms = 64
    /// Bytes of all texts of one query.
    public static let textBytes = 1 << 16
    /// Phrases and exclusions in all texts of one query: products' texts are read for them.
    public static let phrases = 64
    /// Facets, boosts, and attributes to sort by, of one query.
    public static let parts = 100
    /// Values or bars of one facet.
    public static let facetValues = 10_000
    /// How far a weight may be from 0, so that all of them together are a number.
    public static let weight = 1_000_000
  }

  /// - Throws: ``QueryError`` for a property that makes no sense by itself.
  func validate() throws {
    let most = Limits.candidates
    try require((1...most).contains(k), "k must be from 1 to \(most), not \(k)")
    try require(
      (1...most).contains(candidates), "candidates must be from 1 to \(most), not \(candidates)")
    try require(ef.map { (1...most).contains($0) } ?? true, "ef must be from 1 to \(most)")
    try require(terms.count <= Limits.terms, "a query has at most \(Limits.terms) terms")
    try validateTexts()
    for (count, name) in [
      (facets.count, "facets"), (boosts.count, "boosts"), (sort.count, "attributes to sort by"),
    ] {
      try require(
        count <= Limits.parts, "a query has at most \(Limits.parts) \(name), not \(count)")
    }
    try require(
      diversity.map { (0...1).contains($0) } ?? true, "diversity must be from 0 to 1")
    try require(group.map { $0.size >= 1 } ?? true, "the size of a group must be 1 or more")
    try require(
      facets.allSatisfy { (1...Limits.facetValues).contains($0.limit) },
      "the limit of a facet must be from 1 to \(Limits.facetValues)")
    try require(cutoff?.isFinite ?? true, "the cut-off must be a number")
    for case .near(_, let half) in boosts.map(\.measure) {
      try require(half.isFinite && half > 0, "the half distance must be more than 0, not \(half)")
    }
    try validateWeights()
  }

  private func validateTexts() throws {
    let texts = terms.compactMap { term -> String? in
      if case .text(let text) = term.subject { text } else { nil }
    }
    let bytes = texts.reduce(0) { $0 + $1.utf8.count }
    try require(
      bytes <= Limits.textBytes,
      "the texts of a query have at most \(Limits.textBytes) bytes, not \(bytes)")
    let marks = Array("\"-".utf8)
    let marked = texts.filter { text in text.utf8.contains { marks.contains($0) } }
    let phrases = marked.reduce(0) { count, text in
      let words = LexicalQuery(text)
      return count + words.phrases.count + words.excluded.count
    }
    try require(
      phrases <= Limits.phrases,
      "the texts of a query have at most \(Limits.phrases) phrases and exclusions, not \(phrases)")
  }

  private func validateWeights() throws {
    func isWeight(_ weight: Float) -> Bool { weight.magnitude <= Float(Limits.weight) }
    let range = "from -\(Limits.weight) to \(Limits.weight)"
    try require(
      terms.allSatisfy { isWeight($0.weight) && $0.weight != 0 },
      "the weight of a term must be \(range) and not 0")
    let parts = [weights.similarity, weights.lexical]
    try require(
      parts.allSatisfy { isWeight($0) && $0 >= 0 } && parts.contains { $0 > 0 },
      "the weights of similarity and words must be from 0 to \(Limits.weight), and not both 0")
    try require(isWeight(weights.mention), "the weight of a mention must be \(range)")
    try require(
      boosts.allSatisfy { isWeight($0.weight) }, "the weight of a boost must be \(range)")
    try require(
      fieldWeights?.weights.values.allSatisfy(isWeight) ?? true,
      "the weight of a field must be \(range)")
  }

  private func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
    if !condition { throw QueryError.invalid(message()) }
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

  /// Whether there is something to look for, or away from: no text at all, or one of exclusions, lists products.
  var saysSomething: Bool {
    terms.contains { term in
      guard case .text(let text) = term.subject else { return true }
      return !LexicalQuery(text).spoken.isEmpty
    }
  }

  /// Whether looks are compared: they have a weight, or the query has no words, whose weight is then theirs.
  var comparesLooks: Bool {
    weights.similarity > 0
      || !terms.contains { term in
        guard term.weight > 0, case .text(let text) = term.subject else { return false }
        return !LexicalQuery(text).words.isEmpty
      }
  }

  /// Whether products without words and looks to compare come in the order of their slots.
  var isListing: Bool {
    boosts.isEmpty && sort.isEmpty && facets.isEmpty && group == nil && diversity == nil
      && cutoff == nil
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
