internal import Kernels
import Synchronization

/// Changes of single neighbor lists, and the spanning tree among their links.
extension WorkingIndex {
  /// Adds a link to a node's list; if that is full, in place of the farthest neighbor that the
  /// heuristic would pass over, or else of the farthest. `false` if the new
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
      guard treeLinks < level.capacity else { return false }
      return replaceLink(of: node, by: link, on: level, graph, scratch)
    }
  }

  /// Puts a link into a full list; `false` if it is itself the one to go.
  private func replaceLink(
    of node: UInt32, by link: UInt32, on level: GraphLevel, _ graph: Graph,
    _ scratch: BuildScratch
  ) -> Bool {
    let links = level.links(node)
    let count = level.capacity + 1
    for index in 0..<level.capacity {
      scratch.slots[index] = level.slot(Link.position(links[index]))
      scratch.listed[index] = links[index]
    }
    scratch.slots[count - 1] = level.slot(Link.position(link))
    scratch.listed[count - 1] = link
    graph.kernels.codeSquaredDistances(
      graph.codes, from: level.slot(node), configuration.codeBytes, scratch.slots, count,
      scratch.distances)
    let flagged = judge(count, graph, scratch)
    guard let loser = farthest(count, scratch, passedOver: flagged), loser < count - 1 else {
      return false
    }
    for index in 0..<level.capacity where index != loser && scratch.listed[index] != links[index] {
      level.set(node, index, to: scratch.listed[index])
    }
    level.set(node, loser, to: scratch.listed[count - 1])
    return true
  }

  /// Flags the new, last of `count` listed links if the heuristic would pass it over for those it
  /// has chosen. If none was passed over before, judges them all anew. `false` if none is now.
  private func judge(_ count: Int, _ graph: Graph, _ scratch: BuildScratch) -> Bool {
    let listed = scratch.listed
    func isReplaceable(_ index: Int) -> Bool {
      Link.isPassedOver(listed[index]) && !Link.isTree(listed[index])
    }
    scratch.chosenCount = 0
    if (0..<count - 1).contains(where: isReplaceable) {
      let distance = scratch.distances[count - 1]
      for index in 0..<count - 1
      where !Link.isPassedOver(listed[index]) && scratch.distances[index] < distance {
        choose(scratch.slots[index], scratch)
      }
      judge(count - 1, distance, graph, scratch)
      return true
    }
    let ranked = (0..<count).map { Candidate(scratch.distances[$0], UInt32($0)) }.sorted()
    for candidate in ranked { judge(Int(candidate.position), candidate.distance, graph, scratch) }
    return (0..<count).contains(where: isReplaceable)
  }

  /// Flags a listed link if it is covered by a chosen one, or chooses it.
  private func judge(
    _ index: Int, _ distance: Int32, _ graph: Graph, _ scratch: BuildScratch
  ) {
    let slot = scratch.slots[index]
    if graph.isCovered(
      slot, within: distance, by: scratch.chosenSlots, scratch.chosenCount, scratch)
    {
      scratch.listed[index] |= Link.passedFlag
    } else {
      scratch.listed[index] &= ~Link.passedFlag
      choose(slot, scratch)
    }
  }

  private func choose(_ slot: UInt32, _ scratch: BuildScratch) {
    guard scratch.chosenCount < scratch.chosen.count else { return }
    scratch.chosenSlots[scratch.chosenCount] = slot
    scratch.chosenCount += 1
  }

  /// The farthest of the listed links that may go.
  private func farthest(_ count: Int, _ scratch: BuildScratch, passedOver: Bool) -> Int? {
    (0..<count).filter {
      !Link.isTree(scratch.listed[$0]) && (!passedOver || Link.isPassedOver(scratch.listed[$0]))
    }.max { scratch.distances[$0] < scratch.distances[$1] }
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
