import HNSW
import LMDB

extension Searcher {
  /// A page of results.
  struct Page {
    var slots: [ScoredSlot]
    var hasMore: Bool
  }

  /// Sorts, varies and groups the relevant products, and cuts out a page.
  func arranged(
    _ relevant: [ScoredSlot], from start: Int, _ snapshot: borrowing Snapshot,
    _ txn: borrowing ReadTransaction
  ) throws -> Page {
    let end = start + query.k
    // What is counted for facets does not change what is sorted.
    let most = query.terms.isEmpty ? relevant.count : max(query.candidates, query.k)
    var order =
      query.sort.isEmpty
      ? relevant : try sorted(Array(relevant.prefix(most)), among: snapshot.count, txn)
    if let lambda = query.diversity, query.sort.isEmpty {
      // A group may reach beyond the page.
      let count = query.group == nil ? end + 1 : order.count
      order = try diversified(order, lambda, count: count, snapshot)
    }
    if let group = query.group { order = try grouped(order, group, count: end + 1, txn) }
    guard start < order.count else { return Page(slots: [], hasMore: false) }
    return Page(slots: Array(order[start..<min(end, order.count)]), hasMore: order.count > end)
  }

  /// Maximal marginal relevance: takes the product with the greatest
  /// `λ · score − (1 − λ) · similarity to the nearest one taken`, again and again. What is not taken comes behind
  /// as it was. The candidates are the same for all pages, or products would come twice and others never.
  ///
  /// - Complexity: O(count · candidates) dot products; candidates are the best 5 · (k + 1), and 50 at least.
  private func diversified(
    _ order: [ScoredSlot], _ lambda: Float, count: Int, _ snapshot: borrowing Snapshot
  ) throws -> [ScoredSlot] {
    let size = max(50, 5 * (query.k + 1))
    var pool = Array(order.prefix(size))
    let none = [Float](repeating: 0, count: snapshot.configuration.dimensions)
    var vectors: [[Float]] = []
    for candidate in pool {
      let vector = snapshot.vector(of: candidate.slot) ?? none
      vectors.append(VectorMath.normalized(vector) ?? vector)
    }
    var nearest = [Float](repeating: 0, count: pool.count)
    var taken: [ScoredSlot] = []
    while taken.count < count, !pool.isEmpty {
      try cancellation.check()
      var best = 0
      for place in pool.indices {
        let gain = lambda * pool[place].score - (1 - lambda) * nearest[place]
        if gain > lambda * pool[best].score - (1 - lambda) * nearest[best] { best = place }
      }
      let vector = vectors.remove(at: best)
      taken.append(pool.remove(at: best))
      nearest.remove(at: best)
      for place in pool.indices {
        nearest[place] = max(nearest[place], VectorMath.dot(vector, vectors[place]))
      }
    }
    return taken + pool + order.dropFirst(size)
  }

  private func grouped(
    _ order: [ScoredSlot], _ group: Grouping, count: Int, _ txn: borrowing ReadTransaction
  ) throws -> [ScoredSlot] {
    let (number, _) = try store.attribute(
      group.attribute, expected: "an attribute with values"
    ) { $0 != .text }
    // Of several values all are the group, in whichever order they are written.
    var seen: [Set<String>: Int] = [:]
    var kept: [ScoredSlot] = []
    for candidate in order where kept.count < count {
      if let value = try store.value(of: number, at: candidate.slot, in: txn) {
        let key = Set(value.items.map { Folding.fold($0.plainText) })
        seen[key, default: 0] += 1
        if let size = seen[key], size > group.size { continue }
      }
      kept.append(candidate)
    }
    return kept
  }
}
