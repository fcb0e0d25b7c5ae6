internal import Kernels

/// What a walk needs of an index: the codes and the levels, as addresses. A value that must not
/// outlive the snapshot or the writer it was taken from.
struct Graph: Sendable {
  let configuration: IndexConfiguration
  let kernels: RowKernels
  let walks: WalkKernels
  let calibration: Calibration
  let codes: CodeTable
  let levels: [GraphLevel]
  /// Slots given.
  let slotCount: UInt32
  /// Nodes that are expanded at a time, so that the rows of all their neighborhoods are fetched
  /// together: in broad walks, and where records and rows may come from the disk; and in narrow
  /// walks, which would expand too many in vain. Both are even, since two are chosen at a time.
  static let (broadWidth, narrowWidth) = (6, 2)
  /// The breadth that narrow walks go up to; by the benchmark's phase `search`.
  private static let narrow = 32
  /// How many times as broad as the descent before it a walk is, and how broad a descent is at
  /// most: where many nodes are expanded, to begin well costs little. By the benchmark's phase
  /// `search`.
  private static let (descentRatio, broadestDescent) = (32, 16)

  /// The breadth of the descent before a walk of a breadth of `ef`.
  static func descentBreadth(ef: Int) -> Int { min(broadestDescent, ef / descentRatio) }

  /// Puts a query into `scratch`: `vector` has the index's dimensions and is normalised already
  /// if the metric wants that.
  ///
  /// Codes are centred, c = (x - mean) / scale. For inner products q·x orders as q·c does. For
  /// squared distances, with y the query less the mean, |x - q|² orders as scale/2 |c|² - y·c, and
  /// so it does for inner products with unit vectors. That form is taken there if the query
  /// shares a few large components with all vectors, which would spoil its own 8-bit code.
  func prepare(_ vector: UnsafePointer<Float>, _ scratch: Scratch) {
    let n = configuration.dimensions
    calibration.rotation.apply(vector, into: scratch.rotated, kernels)
    calibration.mean.withUnsafeBufferPointer { mean in
      guard let mean = mean.baseAddress else { return }
      let isL2 = configuration.metric == .l2
      let product = isL2 ? 0 : kernels.dot(scratch.rotated, mean, n)
      let share = isL2 ? 1 : sharedMeanWeight(of: scratch.rotated, mean, product: product)
      // A query at the mean needs a floor, or the norms' weight would overflow.
      let floor = share == 0 ? QueryCode.leastStep : share * calibration.scale / 8
      let (bytes, rest) = (scratch.code.bytes, scratch.code.rest)
      let (fine, norm) = kernels.quantise(
        scratch.rotated, mean: mean, share: share, floor: floor, n, high: bytes, low: rest)
      (bytes + n).update(repeating: 0, count: configuration.codeBytes - n)
      (rest + n).update(repeating: 0, count: configuration.codeBytes - n)
      scratch.code.fine = fine
      (scratch.code.share, scratch.code.meanProduct) = (share, product)
      scratch.code.normWeight = share * calibration.scale / (2 * fine.step)
      scratch.code.scoreUnit = (isL2 ? 2 : 1) * calibration.scale * fine.step
      scratch.code.norm = norm
    }
  }

  /// How much of the mean to take out of a unit query: none, unless that halves its reach.
  private func sharedMeanWeight(
    of query: UnsafePointer<Float>, _ mean: UnsafePointer<Float>, product: Float
  ) -> Float {
    guard configuration.metric == .cosine, calibration.meanNorm > 0 else { return 0 }
    let n = configuration.dimensions
    let share = min(2, max(0, product / calibration.meanNorm))
    let whole = kernels.reach(query, mean: mean, share: 0, n)
    return kernels.reach(query, mean: mean, share: share, n) < whole / 2 ? share : 0
  }

  /// Scores the first `count` slots that were gathered: in a walk by the upper halves of their
  /// codes, where that will do. They are half the memory to wait for, and as good a guide.
  @inline(__always)
  func score(_ count: Int, isWalk: Bool, _ scratch: Scratch) {
    let isCoarse = isWalk && configuration.walksCoarsely
    if scratch.isCold { fetchGathered(count, isCoarse: isCoarse, scratch) }
    kernels.codeScores(
      codes, isCoarse: isCoarse, scratch.code.bytes, configuration.codeBytes,
      weight: scratch.code.normWeight, scratch.gatheredSlots, count, scratch.scores)
    scratch.distanceCount &+= count
  }

  /// Makes the coarse scores of the first `count` slots that were gathered those of whole codes.
  func refine(_ count: Int, _ scratch: Scratch) {
    if scratch.isCold { codes.lower.fetch(scratch.gatheredSlots, count, scratch) }
    kernels.refineScores(
      codes, scratch.code.bytes, configuration.codeBytes, scratch.gatheredSlots, count,
      scratch.scores)
    scratch.distanceCount &+= count
  }

  /// Goes from the entry down to `level`, at each level above to the node nearest to the query that
  /// no neighbor improves on: SEARCH-LAYER of the paper with ef = 1; on level 1 with `breadth`.
  /// Returns a position on `level`.
  func descend(
    from entry: UInt32, level entryLevel: Int, to level: Int, breadth: Int = 1, _ scratch: Scratch
  ) -> UInt32 {
    var (position, best) = (entry, scoreEntry(entry, on: levels[entryLevel], scratch))
    for current in (level + 1..<max(level, entryLevel) + 1).reversed() {
      approach(on: levels[current], &position, &best, scratch)
      if current == 1, breadth > 1 {
        walk(levels[current], from: position, ef: breadth, keep: breadth, scratch)
        position = walks.entry(at: 1, of: scratch.pool).position
      }
      position = below(position, on: current)
    }
    return position
  }

  /// The score of a node that a descent begins at.
  func scoreEntry(_ position: UInt32, on level: GraphLevel, _ scratch: Scratch) -> Int32 {
    if scratch.isCold { level.fetch(position, scratch) }
    scratch.gatheredSlots[0] = level.codeSlot(position)
    score(1, isWalk: true, scratch)
    return scratch.scores[0]
  }

  /// Follows the neighbors that are nearest to the query from a node, whose score is `best`, to one
  /// that none improves on.
  func approach(
    on level: GraphLevel, _ position: inout UInt32, _ best: inout Int32, _ scratch: Scratch
  ) {
    scratch.visited.begin(positions: Int(level.count))
    _ = scratch.visited.insert(position)
    var improved = true
    while improved {
      improved = false
      if scratch.isCold { level.fetch(position, scratch) }
      let count = gatherNew(level, position, scratch, 0)
      score(count, isWalk: true, scratch)
      for index in 0..<count where scratch.scores[index] < best {
        best = scratch.scores[index]
        position = scratch.gathered[index]
        improved = true
      }
    }
  }

  /// Where a node of an upper level is on the level below.
  func below(_ position: UInt32, on level: Int) -> UInt32 {
    let below = levels[level].below(position)
    // Only damage leads astray; any node will do to go on from.
    return below < levels[level - 1].count ? below : 0
  }

  /// Walks a level from `entry`, expanding the nearest `ef` nodes, and leaves the nearest of those
  /// that were scored in the pool, `keep` at least: SEARCH-LAYER of the paper, but for several that
  /// are expanded at a time.
  func walk(
    _ level: GraphLevel, from entry: UInt32, ef: Int, keep: Int, _ scratch: Scratch
  ) {
    scratch.pool.begin(max(keep, ef))
    scratch.visited.begin(positions: Int(level.count))
    _ = scratch.visited.insert(entry)
    scratch.gathered[0] = entry
    scratch.gatheredSlots[0] = level.codeSlot(entry)
    goOn(level, ef: ef, gathered: 1, scratch)
  }

  /// Goes on with a walk until the nearest `ef` nodes have been expanded; the first `gathered`
  /// nodes are still to be scored.
  func goOn(_ level: GraphLevel, ef: Int, gathered: Int = 0, _ scratch: Scratch) {
    let pool = scratch.pool
    let width = scratch.isCold || ef > Self.narrow ? Self.broadWidth : Self.narrowWidth
    var (found, expanding) = (gathered, 0)
    repeat {
      score(found, isWalk: true, scratch)
      walks.merge(scratch.scores, scratch.gathered, found, into: pool, links: level.rows)
      expanding = 0
      repeat {
        let next = scratch.expanding + expanding
        found = walks.expand(pool, breadth: ef, width: 2, links: level.rows, into: next)
        expanding += found
      } while found == 2 && expanding < width
      found = 0
      if scratch.isCold { level.rows.fetch(scratch.expanding, expanding, scratch) }
      for index in 0..<expanding {
        found = gatherNew(level, scratch.expanding[index], scratch, found)
      }
    } while expanding > 0
  }

  /// Gathers the neighbors of a node that the walk has not met, after the first `count`.
  @inline(__always)
  func gatherNew(
    _ level: GraphLevel, _ position: UInt32, _ scratch: Scratch, _ count: Int
  ) -> Int {
    let links = level.links(position)
    return walks.gatherNew(
      links, slots: level.isUpper ? level.neighborSlots(position) : links, level.capacity,
      positionsEnd: level.count, slotsEnd: slotCount, scratch.visited, into: scratch.gathered,
      scratch.gatheredSlots, count)
  }
}
