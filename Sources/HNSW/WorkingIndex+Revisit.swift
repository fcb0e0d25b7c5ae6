internal import Kernels

/// Keeping old nodes known to those that have come to lie around them.
///
/// A node that lies apart is nobody's near neighbor. Those that come later and are the nearest to
/// it have many nearer ones of their own and never meet it: a walk would end beside it without
/// seeing it. Each insertion therefore looks at some earlier nodes, and links those that lie apart
/// to what is nearest to them now. A repair, which takes many ways away, looks for every node.
extension WorkingIndex {
  /// Earlier nodes that an insertion looks at: one of all, one of the earlier half and one of the
  /// earliest quarter, since more has come to surround those. A node's turn comes before the graph
  /// has doubled, and that of the earliest seven times meanwhile.
  private static let looks = 3
  /// Breadth of the walk to such a node, and how many of the nearest are to know it. Narrower than
  /// the usual search, so that this finds whatever the walk finds.
  private static let breadth = SearchParameters.usualBreadth / 4
  private static let acquaintances = 4

  /// Looks at some nodes before `slot` and revisits the first that lies apart.
  func revisit(before slot: Slot, _ graph: Graph, _ scratch: BuildScratch) {
    // The latest are still being linked by other threads, and know what surrounds them.
    let old = UInt64(slot) / 8 * 7
    guard old > 0 else { return }
    for look in 0..<Self.looks {
      let mixed = (UInt64(slot) * UInt64(Self.looks) + UInt64(look)) &* 0x9E37_79B9_7F4A_7C15
      let earlier = UInt32(((mixed >> 32) * (old >> UInt64(look))) >> 32)
      guard state.isLive(earlier), isApart(earlier, graph, scratch) else { continue }
      seek(earlier, graph, scratch)
      return introduce(earlier, graph, scratch)
    }
  }

  /// Whether a node lies apart: the nearest neighbor that it knows of has mostly nearer ones.
  private func isApart(_ position: UInt32, _ graph: Graph, _ scratch: BuildScratch) -> Bool {
    let level = graph.levels[0]
    let distances = scratch.distances
    /// Puts the distances of a node's neighbors into `distances`; returns their number.
    func measure(_ node: UInt32) -> Int {
      locks.with(node) {
        let degree = level.degree(node)
        measureLinks(degree, of: node, on: level, graph, scratch)
        return degree
      }
    }
    guard let nearest = (0..<measure(position)).min(by: { distances[$0] < distances[$1] }) else {
      return false
    }
    let distance = distances[nearest]
    let degree = measure(Link.position(level.links(position)[nearest]))
    return 4 * (0..<degree).count { distances[$0] < distance } >= 3 * level.capacity
  }

  /// Introduces a node if it lies apart or a search for its own vector would miss it.
  func restore(_ position: UInt32, _ graph: Graph, _ scratch: BuildScratch) {
    guard state.isLive(position) else { return }
    let isApart = isApart(position, graph, scratch)
    seek(position, graph, scratch)
    let isFound = !scratch.search.visited.insert(position)
    if isApart || !isFound { introduce(position, graph, scratch) }
  }

  /// Walks to what is nearest to a node, from where a search of the usual breadth would begin.
  private func seek(_ position: UInt32, _ graph: Graph, _ scratch: BuildScratch) {
    prepare(position, graph, scratch)
    let entry = entryPoint
    let start = graph.descend(
      from: entry.position, level: entry.level, to: 0,
      breadth: Graph.descentBreadth(ef: SearchParameters.usualBreadth), scratch.search)
    graph.walk(graph.levels[0], from: start, ef: Self.breadth, keep: Self.breadth, scratch.search)
  }

  /// Puts a node's own vector into `scratch` as a query.
  func prepare(_ slot: Slot, _ graph: Graph, _ scratch: BuildScratch) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: configuration.dimensions) { vector in
      guard let base = vector.baseAddress else { return }
      state.readVector(slot, into: base, kernels)
      graph.prepare(base, scratch.search)
    }
  }

  /// Links the nodes that a walk has found nearest to a node, and it, to each other.
  private func introduce(_ position: UInt32, _ graph: Graph, _ scratch: BuildScratch) {
    let level = graph.levels[0]
    gatherCandidates(Self.breadth, besides: position, on: level, graph, scratch)
    graph.rankCandidates(around: position, on: level, scratch)
    for index in 0..<min(Self.acquaintances, scratch.candidateCount) {
      let near = scratch.candidates[index]
      addLink(from: near, to: position, on: level, graph, scratch)
      graph.kernels.take(near.position, of: graph.codes, into: scratch.node)
      let itself = Candidate(near.distance, position)
      addLink(from: itself, to: near.position, on: level, graph, scratch)
      graph.kernels.take(position, of: graph.codes, into: scratch.node)
    }
  }
}
