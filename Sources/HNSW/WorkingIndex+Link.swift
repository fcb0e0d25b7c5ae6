import Synchronization

/// Changes of single neighbor lists, and the spanning tree among their links.
extension WorkingIndex {
  /// Adds a link to a node's list; if that is full, in place of the farthest neighbor that is
  /// nearer to another neighbor than to the node, or else of the farthest. `false` if the new
  /// link is that one, or, `asParent`, if the node cannot be the parent of another child.
  func addLink(
    from node: UInt32, to new: UInt32, asParent: Bool, on level: GraphLevel, _ graph: Graph,
    _ scratch: BuildScratch
  ) -> Bool {
    locks.with(node) {
      let links = level.links(node)
      let link = asParent ? new | Link.treeFlag : new
      var degree = 0
      var treeLinks = 0
      while degree < level.capacity, links[degree] != Link.none {
        if Link.isTree(links[degree]) { treeLinks += 1 }
        if Link.position(links[degree]) == new {
          if asParent { level.set(node, degree, to: link) }
          return true
        }
        degree += 1
      }
      // One link is left to the node's own parent.
      if asParent, treeLinks >= level.capacity - 1 { return false }
      guard degree == level.capacity else {
        level.set(node, degree, to: link)
        return true
      }
      guard treeLinks < level.capacity,
        let index = victim(of: node, adding: new, isKept: asParent, on: level, graph, scratch)
      else { return false }
      level.set(node, index, to: link)
      return true
    }
  }

  /// Which link of a full list gives way to a new one; `nil` if it is the new one.
  private func victim(
    of node: UInt32, adding new: UInt32, isKept: Bool, on level: GraphLevel, _ graph: Graph,
    _ scratch: BuildScratch
  ) -> Int? {
    let links = level.links(node)
    let count = level.capacity + 1
    for index in 0..<level.capacity {
      scratch.slots[index] = level.slot(Link.position(links[index]))
    }
    scratch.slots[count - 1] = level.slot(new)
    graph.codeDistances(from: level.slot(node), scratch.slots, count, scratch.distances)
    // Here the candidates' positions are indices of the list; the new link's is its end.
    for index in 0..<count {
      scratch.passedOver[index] = Candidate(scratch.distances[index], UInt32(index))
    }
    scratch.passedOver[0..<count].sort()
    for index in 0..<count {
      scratch.slots[index + count] = scratch.slots[Int(scratch.passedOver[index].position)]
    }
    var farthest: Int?
    for rank in (0..<count).reversed() {
      let candidate = scratch.passedOver[rank]
      let index = Int(candidate.position)
      guard index == count - 1 ? !isKept : !Link.isTree(links[index]) else { continue }
      if farthest == nil { farthest = index }
      let isCovered = graph.isCovered(
        scratch.slots[count + rank], within: candidate.distance, by: scratch.slots + count, rank,
        scratch)
      if isCovered { return index == count - 1 ? nil : index }
    }
    return farthest == count - 1 ? nil : farthest
  }

  /// Marks the link from a child to its parent, which must be there to stay.
  func protect(_ parent: UInt32, in child: UInt32, on level: GraphLevel) {
    locks.with(child) {
      let links = level.links(child)
      var index = 0
      var replaceable = 0
      while index < level.capacity, links[index] != Link.none,
        Link.position(links[index]) != parent
      {
        if !Link.isTree(links[index]) { replaceable = index }
        index += 1
      }
      level.set(child, index < level.capacity ? index : replaceable, to: parent | Link.treeFlag)
    }
  }

  /// Finds a parent for a node that none of its neighbors would take: the next lower node that
  /// will. Few are refused twice, since a tree has fewer links than nodes have room for.
  func adopt(_ position: UInt32, on level: GraphLevel, _ graph: Graph, _ scratch: BuildScratch) {
    var candidate = position
    while candidate > 0 {
      candidate -= 1
      guard level.slot(candidate) != noSlot, isInGraph(candidate, on: level),
        addLink(from: candidate, to: position, asParent: true, on: level, graph, scratch)
      else { continue }
      return protect(candidate, in: position, on: level)
    }
  }

  /// Whether a node of lower position can lead on: it has links itself, or is the first.
  private func isInGraph(_ position: UInt32, on level: GraphLevel) -> Bool {
    level.links(position)[0] != Link.none || UInt32(truncatingIfNeeded: entryRoot) == position
  }

  private var entryRoot: UInt64 { entry.load(ordering: .acquiring) & 0xFFFF_FFFF }
}
