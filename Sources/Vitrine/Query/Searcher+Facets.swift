import HNSW
import LMDB

extension Searcher {
  /// Counts the attributes that were asked for over the relevant products.
  func facets(
    _ relevant: [ScoredSlot], _ found: Candidates, in txn: borrowing ReadTransaction
  ) throws -> [Facet] {
    let slots = SlotSet(relevant.lazy.map(\.slot))
    // Exact only if every product was scored, and exactly: otherwise relevant ones may lie outside the pool.
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
