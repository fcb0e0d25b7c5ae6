import HNSW
import LMDB

extension Searcher {
  /// What a reader should know of the boosts: keywords that no product has.
  func adviceOnBoosts(in txn: borrowing ReadTransaction) throws -> [String] {
    var notes: [String] = []
    for boost in query.boosts {
      guard case .values(let values) = boost.measure else { continue }
      let (number, _) = try store.attribute(
        boost.attribute, expected: "an attribute with values"
      ) { $0 != .text }
      let name = store.schema.attributes[number].name
      try store.advise(on: .oneOf(attribute: name, values), &notes, in: txn)
    }
    return notes
  }

  /// What a reader should know of an order that is not that of scores.
  func adviceOnOrder(of relevant: Int, _ found: Candidates) -> [String] {
    guard !query.sort.isEmpty else { return [] }
    var notes: [String] = []
    let most = max(query.candidates, query.k)
    if !query.terms.isEmpty, !found.areAll || relevant > most {
      let way =
        most < Query.Limits.candidates
        ? "raise candidates for more" : "a filter or a cut-off leaves fewer to be ordered"
      notes.append("only the \(min(most, relevant)) best are in this order; \(way)")
    }
    if query.diversity != nil { notes.append("what is sorted is not made diverse") }
    return notes
  }
}

extension ProductStore {
  /// Adds what a reader should know of a filter: keywords that no product has, and ranges upside down. Whoever
  /// asks for very many values need not be told of each.
  func advise(
    on filter: Filter, _ notes: inout [String], in txn: borrowing ReadTransaction
  ) throws {
    guard notes.count < 10 else { return }
    switch filter {
    case .and(let parts), .or(let parts):
      for part in parts { try advise(on: part, &notes, in: txn) }
    case .not(let part): try advise(on: part, &notes, in: txn)
    case .compare(let name, .equal, .text(let text)),
      .compare(let name, .notEqual, .text(let text)):
      if let note = try advice(name, text, txn) { notes.append(note) }
    case .oneOf(let name, let values):
      for value in values {
        try advise(on: .compare(attribute: name, .equal, value), &notes, in: txn)
      }
    case .between(let name, let low, let high) where Self.isBefore(high, low):
      let meant = Filter.between(attribute: name, high, low)
      notes.append("no product has \(filter); did you mean \(meant)?")
    default: break
    }
  }

  private static func isBefore(_ a: Value, _ b: Value) -> Bool {
    switch (a, b) {
    case (.number(let a), .number(let b)): a < b
    case (.date(let a), .date(let b)): a < b
    default: false
    }
  }

  private func advice(
    _ name: String, _ text: String, _ txn: borrowing ReadTransaction
  ) throws -> String? {
    guard let (number, kind) = attribute(name), kind == .keyword,
      try Keyword.stored(in: keywords, for: .keyword(number, text), txn) == nil
    else { return nil }
    let nearest = Spelling.nearest(to: text, in: try spellings(of: number, in: txn))
    return "no product has \(name) = \"\(text)\"" + Spelling.hint(nearest)
  }

  /// The first 10,000 keywords of an attribute, as the catalogue writes them.
  func spellings(of attribute: Int, in txn: borrowing ReadTransaction) throws -> [String] {
    var spellings: [String] = []
    try txn.forEach(in: keywords, .prefix(ColumnTerm.header(attribute))) { _, value in
      if let keyword = Keyword(encoded: value) { spellings.append(keyword.spelling) }
      return spellings.count < 10_000
    }
    return spellings
  }
}
