import HNSW
import LMDB

/// The products that are ranked.
struct Candidates {
  var slots: [Slot] = []
  /// Their similarities, in the same order; nil if the query does not look at looks.
  var similarities: [Float]?
  var spread: SimilarityCalibration.Spread?
  var isExact = true
  var path = "scan"
  var distances = 0
  var estimate: Plan.Estimate?
  /// Whether these are all the products that are permitted.
  var areAll = false

  mutating func leaveOut(_ unwanted: Set<Slot>) {
    let wanted = slots.indices.filter { !unwanted.contains(slots[$0]) }
    if let all = similarities { similarities = wanted.map { all[$0] } }
    slots = wanted.map { slots[$0] }
  }
}

extension Searcher {
  /// How many products are ranked: enough for the page; when something is counted, all that can
  /// be scanned, or enough for an estimate.
  private func poolSize(permitted: Int) -> Int {
    let wanted = max(query.candidates, query.k)
    guard !query.facets.isEmpty else { return wanted }
    let countable = query.exact || permitted <= Query.Limits.candidates
    return max(wanted, countable ? Query.Limits.candidates : 2_000)
  }

  /// The products nearest in looks, those best in words that matter to a page that ends at `end`, and the
  /// nearest that a boost raises, with the similarity of all.
  func candidates(
    pageTo end: Int, _ vector: QueryVector?, _ words: QueryWords, _ permitted: SlotSet?,
    _ snapshot: borrowing Snapshot, _ txn: borrowing ReadTransaction
  ) throws -> Candidates {
    let total = permitted?.count ?? snapshot.count
    var found = Candidates()
    found.areAll = true
    guard total > 0 else { return found }
    let liked = try liked(in: snapshot)
    let size = min(poolSize(permitted: total) + liked.count, total)
    if let vector {
      found = try similar(to: vector, size, of: total, permitted, snapshot)
      found.spread = vector.spread ?? ownSpread(of: vector, found, snapshot, txn)
      if words.areScored {
        let least =
          liked.isEmpty && found.slots.count == size
          ? try leastLexicalScore(pageTo: end, found, words, in: txn) : 0
        let others = words.scores.best(size, of: permitted, from: least)
        try found.add(others, similarTo: vector, snapshot)
      }
      for raised in try raised(permitted, in: txn) {
        let nearest = try similar(
          to: vector, min(size, raised.count), of: raised.count, raised, snapshot)
        try found.add(nearest.slots, similarTo: vector, snapshot)
      }
      found.areAll = found.slots.count == total
    } else if words.areScored {
      found = try bestInWords(words, size, of: total, permitted, in: txn)
    } else {
      // Where all are alike their order is that of slots, and one more tells that there are more.
      let most = query.isListing ? end + 1 + liked.count : total
      found.slots = (permitted ?? snapshot.slots).slots(atMost: most)
      found.path = "all"
    }
    if !liked.isEmpty { found.leaveOut(liked) }
    return found
  }

  /// What is usual for the query by its own similarities, where nothing is known.
  private func ownSpread(
    of vector: QueryVector, _ nearest: Candidates, _ snapshot: borrowing Snapshot,
    _ txn: borrowing ReadTransaction
  ) -> SimilarityCalibration.Spread {
    SimilarityCalibration.own(
      vector.vector, best: nearest.similarities?.first ?? 0,
      store.middle.value(of: 0, in: txn.id) { VectorMiddle(snapshot) })
  }

  /// The products best in words, and the best of those that a boost raises. Without looks, products that
  /// have none of the words are not relevant at all.
  private func bestInWords(
    _ words: QueryWords, _ size: Int, of total: Int, _ permitted: SlotSet?,
    in txn: borrowing ReadTransaction
  ) throws -> Candidates {
    var found = Candidates()
    found.path = "words"
    found.slots = words.scores.best(size, of: permitted)
    let haveAll = found.slots.count < size
    for raised in try raised(permitted, in: txn) where !haveAll {
      let known = SlotSet(found.slots)
      found.slots += words.scores.best(size, of: raised).filter { !known.contains($0) }
    }
    found.areAll = haveAll || found.slots.count == total
    return found
  }

  /// The products that each boost by values raises: some of them may come from far behind.
  private func raised(
    _ permitted: SlotSet?, in txn: borrowing ReadTransaction
  ) throws -> [SlotSet] {
    try query.boosts.compactMap { boost in
      guard boost.weight > 0, case .values(let values) = boost.measure else { return nil }
      let slots = try store.having(values, of: boost.attribute, in: txn)
      let raised = permitted.map { slots.intersection($0) } ?? slots
      return raised.isEmpty ? nil : raised
    }
  }

  /// The products that the query looks for. To find them is no news.
  private func liked(in snapshot: borrowing Snapshot) throws -> Set<Slot> {
    var slots: Set<Slot> = []
    for term in query.terms where term.weight > 0 {
      guard case .product(let id) = term.subject, let slot = try snapshot.slot(of: id) else {
        continue
      }
      slots.insert(slot)
    }
    return slots
  }

  /// The products nearest in looks.
  private func similar(
    to vector: QueryVector, _ size: Int, of total: Int, _ permitted: SlotSet?,
    _ snapshot: borrowing Snapshot
  ) throws -> Candidates {
    let metric = snapshot.configuration.metric
    // For so many of so few a walk does not pay, and measuring all is quicker than choosing by code.
    let isScan = query.exact || size == total || (size >= 1000 && total <= 40 * size)
    let nearest = try snapshot.search(
      vector.vector.span, k: size, ef: max(query.ef ?? 64, size), filter: permitted, exact: isScan)
    var found = Candidates()
    found.slots = nearest.hits.map(\.slot)
    found.similarities = nearest.hits.map { metric.similarity($0.distance) }
    found.isExact = nearest.isExact
    found.path = nearest.path.name
    found.estimate = Plan.Estimate(scan: nearest.estimate.scan, walk: nearest.estimate.walk)
    found.distances = nearest.distanceCount
    return found
  }
}

extension Candidates {
  /// Adds products that were not found by looks, with their similarities.
  mutating func add(
    _ others: [Slot], similarTo vector: QueryVector, _ snapshot: borrowing Snapshot
  ) throws {
    let known = SlotSet(slots)
    let strangers = others.filter { !known.contains($0) }
    guard !strangers.isEmpty else { return }
    let measured = try snapshot.search(
      vector.vector.span, k: strangers.count, ef: strangers.count, filter: SlotSet(strangers),
      exact: true)
    let metric = snapshot.configuration.metric
    slots += measured.hits.map(\.slot)
    similarities? += measured.hits.map { metric.similarity($0.distance) }
    distances += measured.distanceCount
  }
}

extension SlotSet {
  /// The first slots, in ascending order.
  func slots(atMost most: Int) -> [Slot] {
    struct Enough: Error {}
    var slots: [Slot] = []
    slots.reserveCapacity(min(count, most))
    do {
      try forEach { slot throws(Enough) in
        guard slots.count < most else { throw Enough() }
        slots.append(slot)
      }
    } catch {}
    return slots
  }
}

extension SearchPath {
  /// The path as an answer calls it.
  var name: String {
    switch self {
    case .graph: "graph"
    case .filteredGraph: "filtered-graph"
    case .scan: "scan"
    }
  }
}
