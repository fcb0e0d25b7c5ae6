internal import Kernels
import Synchronization

/// Giving near vectors slots side by side: what a walk reads then lies on fewer pages and cache
/// lines, and what one insertion has read serves the next. A batch is put in order before it gets
/// its slots, and a whole index when it is compacted. (Coleman, Segarra, Smola and Shrivastava,
/// "Graph reordering for cache-efficient near neighbor search", NeurIPS 2022.)
extension WorkingIndex {
  /// Vectors that are put in order together, at least, and as a part of those that there are: not
  /// so many that the graph would grow from one corner to the next.
  private static let (leastArranged, arrangedShare) = (256, 0.25)
  /// Vectors whose ways down a thread looks for at a time.
  private static let chunk = 64

  /// How many of `count` vectors are to be put in order together before they join the graph.
  func arrangedTogether(of count: Int) -> Int {
    min(count, max(Self.leastArranged, Int(Self.arrangedShare * Double(state.header.slotCount))))
  }

  /// The numbers of some vectors, given row by row, in an order in which near ones mostly follow
  /// each other: that of the nodes of upper levels, from the top, which they come down to.
  func arranged(
    _ rows: Range<Int>, of vectors: UnsafePointer<Float>, threads: Int,
    scratch pool: BuildScratchPool
  ) -> [Int] {
    let entry = entryPoint
    guard rows.count >= Self.leastArranged, !entry.isNone, entry.level > 0 else {
      return Array(rows)
    }
    let graph = state.graph(kernels)
    // Below, nodes are more than vectors, and hardly two come down to the same.
    let levels = 1...entry.level
    let bottom = levels.first { graph.levels[$0].count <= rows.count } ?? entry.level
    let dimensions = configuration.dimensions
    // Sendable: threads only read the vectors, and end before this returns.
    nonisolated(unsafe) let all = vectors
    return ordered(rows, threads: threads, scratch: pool) { row, scratch in
      graph.prepare(all + row * dimensions, scratch.search)
      return graph.path(from: entry, to: bottom, scratch.search)
    }
  }

  /// The live positions of each level in the order that a copy is to have: nodes of higher levels
  /// first, since descents read those of all parts, and near ones mostly side by side.
  func arrangedPositions(threads: Int, scratch pool: BuildScratchPool) -> [[UInt32]] {
    let graph = state.graph(kernels)
    var live = graph.levels.map { level in
      (0..<level.count).filter { state.isLive(level.slot($0)) }
    }
    let entry = entryPoint
    guard !entry.isNone, entry.level > 0 else { return live }
    var highest = [UInt8](repeating: 0, count: state.header.slotCount)
    for (number, level) in graph.levels.enumerated().dropFirst() {
      for position in live[number] { highest[Int(level.slot(position))] = UInt8(number) }
    }
    let (slots, levelOf) = (live[0], highest)
    let order = ordered(slots.indices, threads: threads, scratch: pool) { place, scratch in
      prepare(slots[place], graph, scratch)
      let below = UInt64(maximumLevel) - UInt64(levelOf[Int(slots[place])])
      return below << Graph.pathBits | graph.path(from: entry, to: 1, scratch.search)
    }
    live[0] = order.map { slots[$0] }
    var places = [UInt32](repeating: 0, count: state.header.slotCount)
    for (place, slot) in live[0].enumerated() { places[Int(slot)] = UInt32(place) }
    for (number, level) in graph.levels.enumerated().dropFirst() {
      live[number].sort { places[Int(level.slot($0))] < places[Int(level.slot($1))] }
    }
    return live
  }

  /// Some numbers by their keys, which threads look for; those of the same key by themselves.
  private func ordered(
    _ numbers: Range<Int>, threads: Int, scratch pool: BuildScratchPool,
    by key: @Sendable (_ number: Int, BuildScratch) -> UInt64
  ) -> [Int] {
    let found = Mutex<[(key: UInt64, number: Int)]>([])
    inParallel(numbers, by: Self.chunk, threads: threads) { range in
      let some = pool.with { scratch in range.map { (key: key($0, scratch), number: $0) } }
      found.withLock { $0 += some }
    }
    return found.withLock { $0 }.sorted { $0 < $1 }.map(\.number)
  }
}

extension Graph {
  /// Bits of a path; three levels' share of them.
  fileprivate static let (pathBits, positionBits) = (UInt64(60), UInt64(20))

  /// The positions that a descent comes to on the lowest three levels down to `bottom`, as a number
  /// that orders by the uppermost first. Of more nodes than a level's share of its bits, some have
  /// one number.
  fileprivate func path(from entry: EntryPoint, to bottom: Int, _ scratch: Scratch) -> UInt64 {
    var (position, path) = (entry.position, UInt64(0))
    var best = scoreEntry(position, on: levels[entry.level], scratch)
    for current in (bottom...entry.level).reversed() {
      approach(on: levels[current], &position, &best, scratch)
      path = path << Self.positionBits | UInt64(position) & (1 << Self.positionBits - 1)
      position = below(position, on: current)
    }
    return path & (1 << Self.pathBits - 1)
  }
}
