/// What an index consists of.
public struct IndexStatistics: Sendable, Hashable {
  /// One level of the graph.
  public struct Level: Sendable, Hashable {
    /// Nodes on the level, tombstones included.
    public let nodes: Int
    /// Links of all nodes.
    public let links: Int
    /// Mean number of links of a node.
    public var meanDegree: Double { nodes == 0 ? 0 : Double(links) / Double(nodes) }
  }

  /// Vectors.
  public let count: Int
  /// Slots given so far; those without a vector come back when the index is compacted.
  public let slotCapacity: Int
  /// Deleted vectors that the graph still routes through.
  public let tombstones: Int
  /// The graph's levels, from 0 up.
  public let levels: [Level]
  /// Vectors that no walk from the entry can reach; more than none is a defect.
  public let unreachable: Int
  /// Bytes of the blocks of codes, vectors, links and bitmaps.
  public let blockBytes: Int
  /// Times that the codes have been calibrated.
  public let calibrations: Int
}

extension Snapshot {
  /// Walks the whole graph and counts. O(links).
  public func statistics() -> IndexStatistics {
    resolved.complete()
    let (state, graph) = (resolved.state, resolved.graph)
    let levels = graph.levels.map { level in
      let degrees = (0..<level.count).lazy.map { level.degree($0) }
      return IndexStatistics.Level(
        nodes: degrees.count { $0 > 0 }, links: degrees.reduce(0, +))
    }
    let used = levels.lastIndex { $0.nodes > 0 } ?? 0
    return IndexStatistics(
      count: count, slotCapacity: slotCapacity, tombstones: state.header.tombstones,
      levels: Array(levels[...used]), unreachable: state.unreachable(graph).count,
      blockBytes: state.tables.reduce(0) { $0 + $1.blockCount * $1.geometry.blockBytes },
      calibrations: Int(state.header.calibration))
  }
}

extension IndexState {
  /// The vectors that cannot be reached from the entry. O(links).
  func unreachable(_ graph: Graph) -> [Slot] {
    let entry = header.entryPoint
    guard !entry.isNone else { return [] }
    var start = entry.position
    for level in stride(from: entry.level, to: 0, by: -1) {
      start = graph.levels[level].below(start)
      guard start < graph.levels[level - 1].count else { return [entry.position] }
    }
    let level = graph.levels[0]
    var isReached = [Bool](repeating: false, count: Int(level.count))
    var rest = [start]
    isReached[Int(start)] = true
    while let position = rest.popLast() {
      let links = level.links(position)
      for index in 0..<level.degree(position) {
        let neighbor = Int(Link.position(links[index]))
        if !isReached[neighbor] {
          isReached[neighbor] = true
          rest.append(UInt32(neighbor))
        }
      }
    }
    return isReached.indices.lazy.map { Slot($0) }.filter { isLive($0) && !isReached[Int($0)] }
  }
}
