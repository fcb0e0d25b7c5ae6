internal import Kernels
import Synchronization

/// Giving near vectors slots side by side: what a walk reads then lies on fewer pages and cache lines, and
/// what one insertion has read serves the next. (Coleman, Segarra, Smola and Shrivastava, "Graph reordering
/// for cache-efficient near neighbor search", NeurIPS 2022, renumber a finished graph; here a batch is put in
/// order before it gets its slots.)
extension WorkingIndex {
  /// Vectors that are put in order together, at least, and as a part of those that there are: not so many
  /// that the graph would grow from one corner to the next.
  private static let (leastArranged, arrangedShare) = (256, 0.25)
  /// Vectors whose ways down a thread looks for at a time.
  private static let chunk = 64

  /// How many of `count` vectors are to be put in order together before they join the graph.
  func arrangedTogether(of count: Int) -> Int {
    min(count, max(Self.leastArranged, Int(Self.arrangedShare * Double(state.header.slotCount))))
  }

  /// The numbers of some vectors, given row by row, in an order in which near ones mostly follow each
  /// other: that of the nodes of upper levels, from the top, which they come down to.
  func arranged(
    _ rows: Range<Int>, of vectors: UnsafePointer<Float>, threads: Int,
    scratch pool: BuildScratchPool
  ) -> [Int] {
    let packed = entry.load(ordering: .relaxed)
    let (start, top) = (UInt32(truncatingIfNeeded: packed), Int(packed >> 32))
    guard rows.count >= Self.leastArranged, start != noSlot, top > 0 else { return Array(rows) }
    let graph = state.graph(kernels)
    // Below, nodes are more than vectors, and hardly two come down to the same.
    let bottom = (1...top).first { graph.levels[$0].count <= rows.count } ?? top
    let dimensions = configuration.dimensions
    nonisolated(unsafe) let all = vectors
    let found = Mutex<[(path: UInt64, row: Int)]>([])
    inParallel(rows, by: Self.chunk, threads: threads) { range in
      let some = pool.with { scratch in
        range.map { row in
          graph.prepare(all + row * dimensions, scratch.search)
          return (path: graph.path(from: start, level: top, to: bottom, scratch.search), row: row)
        }
      }
      found.withLock { $0 += some }
    }
    return found.withLock { $0 }.sorted { $0 < $1 }.map(\.row)
  }
}

extension Graph {
  /// The positions that a descent comes to on the lowest three levels down to `bottom`, as a number that
  /// orders by the uppermost first. Of each 21 bits: of more nodes, some share a number.
  fileprivate func path(
    from entry: UInt32, level top: Int, to bottom: Int, _ scratch: Scratch
  ) -> UInt64 {
    var (position, path) = (entry, UInt64(0))
    var best = scoreEntry(entry, on: levels[top], scratch)
    for current in (bottom...top).reversed() {
      approach(on: levels[current], &position, &best, scratch)
      path = path << 21 | UInt64(position & 0x1F_FFFF)
      position = below(position, on: current)
    }
    return path
  }
}
