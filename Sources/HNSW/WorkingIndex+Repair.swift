internal import Kernels

/// Tombstones leave the graph: every node that links to one is linked to what the tombstone
/// linked to instead (the consolidation of FreshDiskANN, Singh et al., arXiv 2105.09613).
extension WorkingIndex {
  /// Tombstones are tolerated up to this share of the graph, so that a repair, which reads all
  /// links and looks for every node, costs each deletion about as much as an insertion.
  static let toleratedTombstones = 0.15

  /// Repairs the graph if too much of it is tombstones.
  func repairIfNeeded(threads: Int, scratch: BuildScratchPool) {
    let (tombstones, nodes) = (state.header.tombstones, state.header.nodeCount)
    guard tombstones > 0,
      Double(tombstones) > Self.toleratedTombstones * Double(nodes) || state.header.liveCount == 0
    else { return }
    repair(threads: threads, scratch: scratch)
  }

  /// Takes all tombstones out of the graph. Reads all links, links
  /// those that had tombstones among them anew, and walks to every node that is left.
  func repair(threads: Int, scratch pool: BuildScratchPool) {
    let graph = state.graph(kernels)
    for level in graph.levels where level.count > 0 {
      // A list depends on lists of tombstones and on itself alone, so the order is of no
      // consequence.
      forEachPosition(on: level, threads: threads, pool) { bridge($0, level, graph, $1) }
      pool.with { scratch in
        replant(level, graph, scratch)
        removeDead(level)
      }
    }
    chooseEntry(graph)
    state.header.tombstones = 0
    if state.header.liveCount > 0 {
      forEachPosition(on: graph.levels[0], threads: threads, pool) { restore($0, graph, $1) }
    }
  }

  /// Whether a node is a tombstone, or was.
  func isDead(_ position: UInt32, on level: GraphLevel) -> Bool {
    !state.isLive(level.slot(position))
  }

  private func forEachPosition(
    on level: GraphLevel, threads: Int, _ pool: BuildScratchPool,
    _ body: @Sendable (UInt32, BuildScratch) -> Void
  ) {
    inParallel(0..<Int(level.count), by: 1024, threads: threads) { positions in
      pool.with { scratch in
        for position in positions { body(UInt32(position), scratch) }
      }
    }
  }

  /// Gives a node that links to tombstones a new list.
  private func bridge(
    _ position: UInt32, _ level: GraphLevel, _ graph: Graph, _ scratch: BuildScratch
  ) {
    let links = level.links(position)
    let degree = level.degree(position)
    guard !isDead(position, on: level),
      (0..<degree).contains(where: { isDead(Link.position(links[$0]), on: level) })
    else { return }
    scratch.search.visited.begin(positions: Int(level.count))
    _ = scratch.search.visited.insert(position)
    scratch.candidateCount = 0
    scratch.chosenCount = 0
    graph.kernels.take(level.codeSlot(position), of: graph.codes, into: scratch.node)
    func consider(_ link: UInt32) {
      let other = Link.position(link)
      guard !isDead(other, on: level), scratch.search.visited.insert(other) else { return }
      scratch.candidates[scratch.candidateCount] = Candidate(0, other)
      scratch.candidateCount += 1
    }
    for index in 0..<degree where Link.isTree(links[index]) {
      let other = Link.position(links[index])
      guard !isDead(other, on: level) else { continue }
      _ = scratch.search.visited.insert(other)
      let distance = graph.candidate(other, on: level, scratch).distance
      scratch.chosen[scratch.chosenCount] = Candidate(distance, links[index])
      graph.choose(level.codeSlot(other), scratch)
    }
    for index in 0..<degree {
      let other = Link.position(links[index])
      consider(other)
      guard isDead(other, on: level) else { continue }
      let further = level.links(other)
      for index in 0..<level.degree(other) { consider(further[index]) }
    }
    graph.rankCandidates(around: level.codeSlot(position), on: level, scratch)
    graph.chooseNeighbors(limit: level.capacity, on: level, scratch)
    level.replaceLinks(of: position, by: scratch.chosen[0..<scratch.chosenCount])
  }

  /// Empties the records of tombstones.
  private func removeDead(_ level: GraphLevel) {
    for position in 0..<level.count where isDead(position, on: level) {
      if level.links(position)[0] != Link.none || (level.isUpper && level.slot(position) != noSlot)
      {
        level.clear(position, slot: noSlot, below: noSlot)
      }
    }
  }

  /// Keeps the entry if it is alive, or takes the first node of the highest level that has one.
  private func chooseEntry(_ graph: Graph) {
    let old = entryPoint
    if !old.isNone, !isDead(old.position, on: graph.levels[old.level]) { return }
    for (index, level) in graph.levels.enumerated().reversed() {
      if let first = (0..<level.count).first(where: { !isDead($0, on: level) }) {
        entryPoint = EntryPoint(position: first, level: index)
        return
      }
    }
    entryPoint = .none
  }
}
