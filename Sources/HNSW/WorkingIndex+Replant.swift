internal import Kernels

/// A repair cuts the spanning tree of a level wherever a tombstone was; this joins the pieces.
extension WorkingIndex {
  /// Joins the pieces of a level's spanning tree: by links that are there if they can, or else by
  /// new ones. Positions tell nothing of the tree, since a compaction gives nodes others.
  func replant(_ level: GraphLevel, _ graph: Graph, _ scratch: BuildScratch) {
    let live = (0..<level.count).filter { !isDead($0, on: level) }
    guard let root = live.first else { return }
    var pieces = DisjointSets(count: Int(level.count))
    for position in live {
      let links = level.links(position)
      for index in 0..<level.degree(position) where Link.isTree(links[index]) {
        let other = Link.position(links[index])
        if !isDead(other, on: level) { pieces.unite(position, other) }
      }
    }
    func join(_ position: UInt32, to other: UInt32) -> Bool {
      guard !pieces.areOne(position, other), hasRoom(position, on: level) else { return false }
      graph.kernels.take(level.codeSlot(position), of: graph.codes, into: scratch.node)
      guard plant(position, under: other, on: level, graph, scratch) else { return false }
      pieces.unite(position, other)
      return true
    }
    for position in live {
      let links = level.links(position)
      let others = (0..<level.degree(position)).map { Link.position(links[$0]) }
      for other in others where !isDead(other, on: level) { _ = join(position, to: other) }
    }
    for position in live where !pieces.areOne(position, root) {
      _ = live.contains { join(position, to: $0) }
    }
  }

  /// Whether a node can have one more link that is never dropped.
  private func hasRoom(_ position: UInt32, on level: GraphLevel) -> Bool {
    let links = level.links(position)
    return (0..<level.degree(position)).count { Link.isTree(links[$0]) } < level.capacity
  }
}

/// Numbers that belong together. (Tarjan, "Efficiency of a good but not linear set union
/// algorithm", 1975; paths are halved.)
private struct DisjointSets {
  private var parents: [UInt32]

  init(count: Int) { parents = Array(0..<UInt32(count)) }

  private mutating func root(of number: UInt32) -> UInt32 {
    var number = number
    while parents[Int(number)] != number {
      parents[Int(number)] = parents[Int(parents[Int(number)])]
      number = parents[Int(number)]
    }
    return number
  }

  mutating func areOne(_ a: UInt32, _ b: UInt32) -> Bool { root(of: a) == root(of: b) }

  mutating func unite(_ a: UInt32, _ b: UInt32) {
    let (a, b) = (root(of: a), root(of: b))
    parents[Int(max(a, b))] = min(a, b)
  }
}
