internal import Kernels

/// What a link is to be.
enum LinkKind {
  case near
  /// From a parent to its child, which is never dropped.
  case tree
  /// From where a descent ended short of a node to that node, though the heuristic might pass that
  /// over.
  case shortcut
}

/// Changes of single neighbor lists, and the spanning tree among their links.
extension WorkingIndex {
  /// Adds a link to a node's list; if that is full, in place of the farthest neighbor that the
  /// heuristic would pass over, or else of the farthest. `false` if the new link is that one, if an
  /// upper level does not need it, or if the node cannot be the parent of another child.
  ///
  /// - Parameters:
  ///   - candidate: the node, at its distance from the new one.
  ///   - new: the position of the new one, whose code is that of `scratch.node`.
  @discardableResult
  func addLink(
    from candidate: Candidate, to new: UInt32, as kind: LinkKind = .near, on level: GraphLevel,
    _ graph: Graph, _ scratch: BuildScratch
  ) -> Bool {
    let (node, distance) = (candidate.position, candidate.distance)
    let asParent = kind == .tree
    return locks.with(node) {
      let links = level.links(node)
      let link = asParent ? new | Link.treeFlag : new
      var degree = 0
      var treeLinks = 0
      while degree < level.capacity, Link.position(links[degree]) < level.count {
        if Link.isTree(links[degree]) { treeLinks += 1 }
        if Link.position(links[degree]) == new {
          if asParent { level.mark(node, degree, as: link) }
          return true
        }
        degree += 1
      }
      // One link is left to the node's own parent.
      if asParent, treeLinks >= level.capacity - 1 { return false }
      guard degree == level.capacity else {
        if kind == .near, level.isUpper {
          measureLinks(degree, of: node, on: level, graph, scratch)
          let nearer = gatherNearer(degree, of: node, than: distance, on: level, scratch)
          if graph.isNodeCovered(nearer, within: distance, scratch) { return false }
        }
        level.set(node, degree, to: link, distance: distance)
        return true
      }
      guard treeLinks < level.capacity else { return false }
      return replaceLink(of: node, by: link, at: distance, on: level, graph, scratch)
    }
  }

  /// Puts a link into a full list; `false` if it is itself the one to go.
  ///
  /// The new one takes the place of the farthest that is passed over: it is passed over itself if
  /// one that is not, and is nearer to the node, is also nearer to it.
  private func replaceLink(
    of node: UInt32, by link: UInt32, at distance: Int32, on level: GraphLevel, _ graph: Graph,
    _ scratch: BuildScratch
  ) -> Bool {
    let links = level.links(node)
    measureLinks(level.capacity, of: node, on: level, graph, scratch)
    let distances = scratch.distances
    var (loser, most) = (-1, Int32.min)
    for index in 0..<level.capacity where Link.isPassedOver(links[index]) {
      if distances[index] > most, !Link.isTree(links[index]) {
        (loser, most) = (index, distances[index])
      }
    }
    guard loser >= 0 else {
      return judgeAnew(node, link, at: distance, on: level, graph, scratch)
    }
    let nearer = gatherNearer(level.capacity, of: node, than: distance, on: level, scratch)
    let isPassedOver = graph.isNodeCovered(nearer, within: distance, scratch)
    if isPassedOver, distance > most, !Link.isTree(link) { return false }
    replace(
      loser, of: node, by: isPassedOver ? link | Link.passedFlag : link, at: distance, on: level,
      scratch)
    return true
  }

  /// Puts the slots of those of a node's first `count` neighbors that are nearer to it than
  /// `distance`, and not passed over, into `scratch.slots`; returns their number. All distances are
  /// in `scratch.distances`.
  private func gatherNearer(
    _ count: Int, of node: UInt32, than distance: Int32, on level: GraphLevel,
    _ scratch: BuildScratch
  ) -> Int {
    let (links, distances, slots) = (level.links(node), scratch.distances, scratch.slots)
    var nearer = 0
    // Nobody can guess which are nearer, so nothing is asked.
    for index in 0..<count {
      slots[nearer] = level.codeSlot(Link.position(links[index]))
      let isNearer = distances[index] < distance ? 1 : 0
      nearer &+= isNearer & (Link.isPassedOver(links[index]) ? 0 : 1)
    }
    return nearer
  }

  /// Replaces one of a full list's links, and remembers the distances of all, which are in
  /// `scratch.distances`.
  private func replace(
    _ index: Int, of node: UInt32, by link: UInt32, at distance: Int32, on level: GraphLevel,
    _ scratch: BuildScratch
  ) {
    scratch.distances[index] = distance
    level.set(node, index, to: link, distance: distance)
    level.distances(node)?.update(from: scratch.distances, count: level.capacity)
  }

  /// Puts the distances of a node's first `count` neighbors into `scratch.distances`. The node must
  /// be locked.
  func measureLinks(
    _ count: Int, of node: UInt32, on level: GraphLevel, _ graph: Graph, _ scratch: BuildScratch
  ) {
    let known = level.distances(node)
    if let known, (0..<count).reduce(0, { $0 | known[$1] }) >= 0 {
      return scratch.distances.update(from: known, count: count)
    }
    let links = level.links(node)
    for index in 0..<count { scratch.slots[index] = level.codeSlot(Link.position(links[index])) }
    graph.kernels.take(level.codeSlot(node), of: graph.codes, into: scratch.other)
    graph.kernels.codeSquaredDistances(
      graph.codes, from: scratch.other, scratch.slots, count, scratch.distances)
    known?.update(from: scratch.distances, count: count)
  }

  /// Has the heuristic judge a full list of which it has passed over none that may go, and the new
  /// link: the farthest that it passes over now, or else the farthest, goes.
  private func judgeAnew(
    _ node: UInt32, _ link: UInt32, at distance: Int32, on level: GraphLevel, _ graph: Graph,
    _ scratch: BuildScratch
  ) -> Bool {
    let (links, last) = (level.links(node), level.capacity)
    for index in 0...last {
      scratch.listed[index] = index < last ? links[index] : link
      scratch.ranked[index] = Candidate(
        index < last ? scratch.distances[index] : distance, UInt32(index))
    }
    scratch.ranked[0..<last + 1].sort()
    scratch.chosenCount = 0
    var (loser, passedOver) = (-1, -1)
    for candidate in scratch.ranked[0..<last + 1] {
      let index = Int(candidate.position)
      let slot = level.codeSlot(Link.position(scratch.listed[index]))
      let isPassedOver = graph.isCovered(slot, within: candidate.distance, scratch)
      scratch.listed[index] &= ~Link.passedFlag
      if isPassedOver {
        scratch.listed[index] |= Link.passedFlag
      } else {
        graph.choose(slot, scratch)
      }
      guard !Link.isTree(scratch.listed[index]) else { continue }
      loser = index
      if isPassedOver { passedOver = index }
    }
    if passedOver >= 0 { loser = passedOver }
    guard loser < last else { return false }
    for index in 0..<last where index != loser && scratch.listed[index] != links[index] {
      level.mark(node, index, as: scratch.listed[index])
    }
    replace(loser, of: node, by: scratch.listed[last], at: distance, on: level, scratch)
    return true
  }

  /// Marks the link from a child to its parent, which must be there to stay.
  func protect(_ parent: Candidate, in child: UInt32, on level: GraphLevel) {
    locks.with(child) {
      let links = level.links(child)
      let link = parent.position | Link.treeFlag
      var index = 0
      var replaceable = 0
      while index < level.capacity, Link.position(links[index]) < level.count {
        if Link.position(links[index]) == parent.position {
          return level.mark(child, index, as: link)
        }
        if !Link.isTree(links[index]) { replaceable = index }
        index += 1
      }
      let place = index < level.capacity ? index : replaceable
      level.set(child, place, to: link, distance: parent.distance)
    }
  }

  /// Finds a parent for a node that none of its neighbors would take: the next lower node that
  /// will. Few are refused twice, since a tree has fewer links than nodes have room for.
  func adopt(_ position: UInt32, on level: GraphLevel, _ graph: Graph, _ scratch: BuildScratch) {
    _ = (0..<position).reversed().contains {
      level.slot($0) != noSlot && isInGraph($0, on: level)
        && plant(position, under: $0, on: level, graph, scratch)
    }
  }

  /// Links a node, whose code is that of `scratch.node`, to a parent; `false` if that has no room.
  func plant(
    _ position: UInt32, under parent: UInt32, on level: GraphLevel, _ graph: Graph,
    _ scratch: BuildScratch
  ) -> Bool {
    let parent = graph.candidate(parent, on: level, scratch)
    guard addLink(from: parent, to: position, as: .tree, on: level, graph, scratch) else {
      return false
    }
    protect(parent, in: position, on: level)
    return true
  }

  /// Whether a node of lower position can lead on: it has links itself, or is the first.
  private func isInGraph(_ position: UInt32, on level: GraphLevel) -> Bool {
    level.links(position)[0] != Link.none || entryPoint.position == position
  }
}
