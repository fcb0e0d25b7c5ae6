internal import Kernels
import Synchronization

/// A node that is about to join the graph.
struct NewNode {
  let slot: Slot
  let level: Int
  /// Its positions on levels 1 and up, as an offset into the batch's list.
  let upper: Int
}

extension WorkingIndex {
  /// Nodes that a thread claims at a time: near ones, which had better be one thread's. Of few,
  /// fewer, so that no thread waits long for another.
  private static func chunk(of count: Int) -> Int { max(1, min(64, count / 32)) }
  /// How many of the nodes that it may link to a walk expands: what it meets around these is about
  /// as near as what it would find beyond. With all of them expanded (1), the benchmark's phases
  /// `build` and `search` tell of 1.2 times the time for recalls that differ by .003, of text-like
  /// queries .006.
  private static let expandedShare = 0.625
  /// Nodes of an empty graph that are inserted one after the other, so that threads find some.
  private static let serialStart = 64

  /// Makes stored vectors nodes of the graph: INSERT of the paper. They are those of the slots from
  /// `first` on, rows of `vectors` in their `order`.
  ///
  /// With several threads, lists are read without locks and changed under the lock of their node,
  /// one lock at a time. With one thread the result depends on the seed and the order alone.
  func insert(
    _ vectors: UnsafePointer<Float>, _ order: [Int], from first: Slot, threads: Int,
    scratch pool: BuildScratchPool
  ) {
    var positions: [UInt32] = []
    let count = order.count
    let nodes = (0..<count).map { makeNode(first + Slot($0), &positions) }
    let serial = threads <= 1 ? count : entryPoint.isNone ? min(count, Self.serialStart) : 0
    let graph = state.graph(kernels)
    let dimensions = configuration.dimensions
    // Sendable: threads only read the vectors, and end before this returns.
    nonisolated(unsafe) let rows = vectors
    let upper = positions
    @Sendable func insert(_ range: Range<Int>, _ scratch: BuildScratch) {
      for index in range {
        insertNode(nodes[index], upper, rows + order[index] * dimensions, graph, scratch)
        revisit(before: nodes[index].slot, graph, scratch)
      }
    }
    pool.with { insert(0..<serial, $0) }
    guard serial < count else { return }
    inParallel(serial..<count, by: Self.chunk(of: count), threads: threads) { range in
      pool.with { insert(range, $0) }
    }
  }

  /// Draws a node's level and gives it a record on every level up to that.
  private func makeNode(_ slot: Slot, _ positions: inout [UInt32]) -> NewNode {
    let node = NewNode(slot: slot, level: configuration.level(of: slot), upper: positions.count)
    var below = slot
    for level in 0...node.level {
      let position = level == 0 ? Int(slot) : state.header.levelCounts[level]
      state.header.levelCounts[level] = position + 1
      state.levels[level].reserve(records: position + 1)
      GraphLevel(
        state.levels[level], configuration, count: position + 1, slots: state.header.slotCount
      )
      .clear(UInt32(position), slot: slot, below: below)
      below = UInt32(position)
      if level > 0 { positions.append(below) }
    }
    return node
  }

  private func insertNode(
    _ node: NewNode, _ upper: [UInt32], _ vector: UnsafePointer<Float>, _ graph: Graph,
    _ scratch: BuildScratch
  ) {
    let entry = entryPoint
    if !entry.isNone, node.level <= entry.level {
      return join(node, upper, vector, graph, scratch)
    }
    raising.withLock { _ in
      let old = entryPoint
      if !old.isNone { join(node, upper, vector, graph, scratch) }
      if old.isNone || node.level > old.level {
        let position = node.level == 0 ? node.slot : upper[node.upper + node.level - 1]
        entryPoint = EntryPoint(position: position, level: node.level)
      }
    }
  }

  /// Finds and links a node's neighbors on each of its levels. From the bottom up: who meets the
  /// node on an upper level goes on to the level below, where it must be linked already.
  private func join(
    _ node: NewNode, _ upper: [UInt32], _ vector: UnsafePointer<Float>, _ graph: Graph,
    _ scratch: BuildScratch
  ) {
    graph.prepare(vector, scratch.search)
    let entry = entryPoint
    let highest = min(node.level, entry.level)
    var starts = [descend(from: entry.position, level: entry.level, to: highest, graph, scratch)]
    for current in (0..<highest).reversed() {
      starts.append(
        descend(from: starts[starts.count - 1], level: current + 1, to: current, graph, scratch))
    }
    for current in 0...highest {
      let level = graph.levels[current]
      let position = current == 0 ? node.slot : upper[node.upper + current - 1]
      graph.walk(
        level, from: starts[highest - current],
        ef: max(1, Int(Self.expandedShare * Double(configuration.efConstruction))),
        keep: configuration.efConstruction, scratch.search)
      link(position, slot: node.slot, on: level, graph, scratch)
    }
  }

  /// Links a node to the best of what the walk has left in the pool.
  private func link(
    _ position: UInt32, slot: Slot, on level: GraphLevel, _ graph: Graph, _ scratch: BuildScratch
  ) {
    gatherCandidates(
      configuration.efConstruction, besides: position, on: level, graph, scratch)
    graph.rankCandidates(around: slot, on: level, scratch)
    scratch.chosenCount = 0
    graph.chooseNeighbors(limit: level.capacity, on: level, scratch)
    let chosen = scratch.chosen[0..<scratch.chosenCount]
    scratch.chosen[0..<scratch.chosenCount].sort()
    for neighbor in chosen {
      // `addLink` is about to read these, which no walk has.
      if let distances = level.distances(Link.position(neighbor.position)) {
        graph.walks.fetch(distances, byteCount: 4 * level.capacity)
      }
    }
    // Nobody can meet the node on this level yet.
    level.replaceLinks(of: position, by: chosen)
    var hasParent = false
    for candidate in chosen {
      let neighbor = Candidate(candidate.distance, Link.position(candidate.position))
      let asParent = !hasParent && neighbor.position < position
      let isLinked = addLink(
        from: neighbor, to: position, as: asParent ? .tree : .near, on: level, graph, scratch)
      if asParent, isLinked {
        protect(neighbor, in: position, on: level)
        hasParent = true
      }
    }
    if !hasParent { adopt(position, on: level, graph, scratch) }
  }

  /// Takes the nearest `count` of the pool's nodes as candidates: those that are alive, unless too
  /// few are.
  func gatherCandidates(
    _ count: Int, besides position: UInt32, on level: GraphLevel, _ graph: Graph,
    _ scratch: BuildScratch
  ) {
    let search = scratch.search
    graph.walks.prune(search.pool, keep: count)
    func gather(where isEligible: (UInt32) -> Bool) {
      scratch.candidateCount = 0
      for index in 0..<search.pool.count {
        let other = search.pool.position(index)
        guard other != position, isEligible(other) else { continue }
        scratch.candidates[scratch.candidateCount] = Candidate(0, other)
        scratch.candidateCount += 1
      }
    }
    guard state.header.tombstones > 0 else { return gather { _ in true } }
    gather { state.isLive(level.slot($0)) }
    if scratch.candidateCount < configuration.m { gather { _ in true } }
  }
}
