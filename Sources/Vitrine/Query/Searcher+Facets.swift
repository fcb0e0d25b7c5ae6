import HNSW
import LMDB

extension Searcher {
  /// Counts the attributes that were asked for over the relevant products.
  func facets(
    _ relevant: [ScoredSlot], _ found: Candidates, in txn: borrowing ReadTransaction
  ) throws -> [Facet] {
    let slots = SlotSet(relevant.lazy.map(\.slot))
    // Ranked by score from the top, a cut-off inside the pool means that nothing below it, within
    // the pool or beyond, is relevant only if the pool is everything.
    let isExact = found.areAll && found.isExact
    return try query.facets.map { request in
      try cancellation.check()
      let (number, kind) = try store.attribute(
        request.attribute, expected: "an attribute that can be counted"
      ) { $0 != .text }
      var facet = Facet(
        attribute: store.schema.attributes[number].name, exact: isExact, relevant: relevant.count,
        distinct: 0)
      let counts = try counts(of: number, kind, slots, txn)
      facet.distinct = counts.count
      if kind.isOrdered {
        facet.histogram = Self.histogram(counts.map(\.count), bars: request.limit)
      } else {
        let order = counts.enumerated().sorted {
          ($1.element.count.count, $0.offset) < ($0.element.count.count, $1.offset)
        }
        facet.values = try order.prefix(request.limit).map { _, found in
          let spelt = try Keyword.stored(in: store.keywords, for: found.term, txn)?.spelling
          let value = spelt.map(Value.text) ?? found.count.value
          return Facet.Count(value: value, count: found.count.count)
        }
      }
      return facet
    }
  }

  /// Every value that a relevant product has, in the order of values.
  /// - Complexity: O(products that have a value): most values have few, which are soon looked up among
  ///   the relevant ones.
  private func counts(
    of attribute: Int, _ kind: Attribute.Kind, _ relevant: SlotSet,
    _ txn: borrowing ReadTransaction
  ) throws -> [(term: ColumnTerm, count: Facet.Count)] {
    var counts: [(term: ColumnTerm, count: Facet.Count)] = []
    try Columns.forEachValue(in: store.columns, attribute: attribute, txn) { term, slots in
      let count = slots.slots().count(where: relevant.contains)
      if count > 0, let value = ColumnTerm.value(of: term.bytes, kind: kind) {
        counts.append((term, Facet.Count(value: value, count: count)))
      }
    }
    return counts
  }

  /// Bars of equal width from the least value to the greatest.
  static func histogram(_ counts: [Facet.Count], bars: Int) -> [Facet.Bar] {
    guard let first = counts.first?.value, let last = counts.last?.value else { return [] }
    let (least, greatest) = (first.place, last.place)
    let width = (greatest - least) / Double(bars)
    guard width > 0, width.isFinite else {
      return [Facet.Bar(from: first, to: last, count: counts.reduce(0) { $0 + $1.count })]
    }
    func edge(_ bar: Int) -> Double { bar == bars ? greatest : least + Double(bar) * width }
    var histogram = (0..<bars).map { bar in
      Facet.Bar(from: first.moved(to: edge(bar)), to: first.moved(to: edge(bar + 1)), count: 0)
    }
    // In order as the values are, so that a bar counts what lies between its edges as they are told.
    var bar = 0
    for count in counts {
      while bar < bars - 1, count.value.place >= histogram[bar].to.place { bar += 1 }
      histogram[bar].count += count.count
    }
    return histogram
  }
}

extension Value {
  /// Where a number or date is on its axis.
  fileprivate var place: Double {
    switch self {
    case .number(let number): number
    case .date(let seconds): Double(seconds)
    default: 0
    }
  }

  /// A value of the same kind elsewhere on the axis.
  fileprivate func moved(to place: Double) -> Value {
    if case .date = self { return .date(Int64(exactly: place.rounded()) ?? .max) }
    return .number(place)
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
