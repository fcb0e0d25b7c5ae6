internal import Kernels

/// Keeping the upper levels passable.
///
/// A descent follows a single path, and where that ends is often not the nearest node. Each
/// insertion therefore looks one node past the end, and where something nearer lies behind, a link
/// leads there from now on. Searches go down the same ways, so theirs end early more rarely.
extension WorkingIndex {
  /// Nodes around the end of a path that are expanded.
  private static let breadth = 2

  /// Goes from a node down to a lower level, at each above it to the nearest node that is found.
  /// The vector that is on its way has been prepared.
  func descend(
    from entry: UInt32, level entryLevel: Int, to level: Int, _ graph: Graph,
    _ scratch: BuildScratch
  ) -> UInt32 {
    let search = scratch.search
    var end = entry
    var score = graph.scoreEntry(entry, on: graph.levels[entryLevel], search)
    for current in (level + 1..<max(level, entryLevel) + 1).reversed() {
      let here = graph.levels[current]
      graph.approach(on: here, &end, &score, search)
      graph.walk(here, from: end, ef: Self.breadth, keep: Self.breadth, search)
      let nearest = graph.walks.entry(at: 1, of: search.pool)
      if nearest.position != end {
        addShortcut(from: end, to: nearest.position, on: here, graph, scratch)
      }
      (end, score) = (graph.below(nearest.position, on: current), nearest.score)
    }
    return end
  }

  private func addShortcut(
    from end: UInt32, to nearest: UInt32, on level: GraphLevel, _ graph: Graph,
    _ scratch: BuildScratch
  ) {
    graph.kernels.take(level.codeSlot(nearest), of: graph.codes, into: scratch.node)
    let end = graph.candidate(end, on: level, scratch)
    addLink(from: end, to: nearest, as: .shortcut, on: level, graph, scratch)
  }
}
