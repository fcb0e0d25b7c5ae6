internal import Kernels

/// Walks that look for what matches a filter.
extension Graph {
  /// The breadth that such a walk goes to the query with: a part of its own, where `share` of all nodes
  /// match. The fewer do, the sooner they are hidden behind others, and in a large graph a narrow walk
  /// may be lost on its way; by the benchmark's phases `filter` and `plan`.
  private func approach(_ share: Double, of ef: Int) -> Int {
    let growth = max(1, Double(levels[0].count) / 200_000).squareRoot()
    let part = min(1, 0.2 * growth.squareRoot() + 0.01 / share)
    return max(Int(24 * growth), Int(part * Double(ef)))
  }

  /// Walks level 0 from `entry` for nodes that match a filter, as `share` of all do.
  ///
  /// First goes to where the query is, through all nodes. From there on expands the nearest `ef` of those
  /// that were scored, as any walk would, but scores only neighbors that match: few of all. Where
  /// more match than elsewhere, as what is near a query tends to, it expands fewer. Where hardly any do,
  /// those that it met would be any of the far ones: then it goes on through all nodes, and finds
  /// that there are too few.
  func walk(
    matching filter: SlotSet, share: Double, from entry: UInt32, ef: Int, keep: Int,
    _ scratch: Scratch
  ) {
    walk(levels[0], from: entry, ef: approach(share, of: ef), keep: max(keep, ef), scratch)
    let shareHere = matchingShare(of: filter, scratch)
    guard shareHere >= share / 4 else {
      return walk(levels[0], from: entry, ef: ef, keep: max(keep, ef), scratch)
    }
    scratch.visited.insert(allBut: filter.words)
    let breadth = Int(Double(ef) * min(1, 2 * share / max(share, shareHere)))
    while expandAll(breadth, scratch) {}
  }

  /// The share of the nodes that were expanded which match.
  private func matchingShare(of filter: SlotSet, _ scratch: Scratch) -> Double {
    let matching = filter.words.withUnsafeBufferPointer { scratch.pool.expandedCount(in: $0) }
    return Double(matching) / Double(max(1, scratch.pool.expandedCount))
  }

  /// Expands on level 0 those of the nearest `breadth` in the pool that have not been; `false` if all
  /// have.
  private func expandAll(_ breadth: Int, _ scratch: Scratch) -> Bool {
    let (level, nodes) = (levels[0], scratch.expanding)
    let count = walks.expandAll(
      scratch.pool, breadth: breadth, room: Scratch.expandingCapacity, links: level.rows,
      into: nodes)
    if scratch.isCold { level.rows.fetch(nodes, count) }
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
