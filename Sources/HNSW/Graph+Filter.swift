internal import Kernels

/// Walks that look for what matches a filter.
extension Graph {
  /// How much broader walks through a large graph must be, so as not to be lost on their way.
  private var growth: Double { max(1, Double(levels[0].count) / 200_000).squareRoot() }

  /// The breadth after which such a walk sees how many of the nodes there match.
  var firstApproach: Int { Int(12 * growth) }

  /// The breadth that it goes there with: a part of its own, where `share` of all nodes match. The
  /// fewer do, the sooner they are hidden behind others; by the benchmark's phases `filter` and
  /// `plan`.
  private func approachBreadth(_ share: Double, of ef: Int) -> Int {
    let part = min(1, 0.2 * growth.squareRoot() + 0.01 / share)
    return max(2 * firstApproach, Int(part * Double(ef)))
  }

  /// Begins a walk on level 0 from `entry` for nodes that match a filter, as `share` of all do:
  /// goes to where the query is. Returns the breadth that it will take, at most `ef`: the less, the
  /// more of the nodes there match, as what is near a query tends to.
  func approach(
    _ filter: SlotSet, share: Double, from entry: UInt32, ef: Int, keep: Int, _ scratch: Scratch
  ) -> Int {
    walk(levels[0], from: entry, ef: firstApproach, keep: max(keep, ef), scratch)
    return narrowed(ef, share: share, here: matchingShare(of: filter, scratch))
  }

  /// The breadth of a walk where more nodes match than elsewhere.
  private func narrowed(_ ef: Int, share: Double, here: Double) -> Int {
    Int(Double(ef) * min(1, 2 * share / max(share, here)))
  }

  /// Goes on with a walk that has approached the query, to a breadth of `ef`.
  ///
  /// First comes nearer, through all nodes. From there on expands the nearest `ef` of those that
  /// were scored, as any walk would, but scores only neighbors that match: few of all. Where more
  /// match than elsewhere, it expands fewer. Where hardly any do, those that it met would be any of
  /// the far ones: then it goes on through all nodes, and finds that there are too few.
  func walk(
    matching filter: SlotSet, share: Double, ef: Int, narrowed likely: Int, _ scratch: Scratch
  ) {
    let likelyShare = share * Double(ef) / Double(likely)
    goOn(levels[0], ef: approachBreadth(likelyShare, of: likely), scratch)
    let shareHere = matchingShare(of: filter, scratch)
    guard shareHere >= share / 4 else { return goOn(levels[0], ef: ef, scratch) }
    scratch.visited.insert(allBut: filter.words)
    let breadth = narrowed(ef, share: share, here: shareHere)
    while expandAll(breadth, scratch) {}
  }

  /// The share of the nodes that were expanded which match.
  private func matchingShare(of filter: SlotSet, _ scratch: Scratch) -> Double {
    let matching = filter.words.withUnsafeBufferPointer { scratch.pool.expandedCount(in: $0) }
    return Double(matching) / Double(max(1, scratch.pool.expandedCount))
  }

  /// Expands on level 0 those of the nearest `breadth` in the pool that have not been; `false` if
  /// all have.
  private func expandAll(_ breadth: Int, _ scratch: Scratch) -> Bool {
    let (level, nodes) = (levels[0], scratch.expanding)
    let count = walks.expandAll(
      scratch.pool, breadth: breadth, room: Scratch.expandingCapacity, links: level.rows,
      into: nodes)
    if scratch.isCold { level.rows.fetch(nodes, count, scratch) }
    var found = 0
    for index in 0..<count {
      found = gatherNew(level, nodes[index], scratch, found)
      guard index == count - 1 || found > Scratch.gatherCapacity - level.capacity else { continue }
      score(found, isWalk: true, scratch)
      walks.merge(scratch.scores, scratch.gathered, found, into: scratch.pool)
      found = 0
    }
    return count > 0
  }
}
