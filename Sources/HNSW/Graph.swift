internal import Kernels

/// What a walk needs of an index: the codes and the levels, as addresses. A value that must not
/// outlive the snapshot or the writer it was taken from.
struct Graph: Sendable {
  let configuration: IndexConfiguration
  let kernels: RowKernels
  let calibration: Calibration
  let codes: RowTable
  let levels: [GraphLevel]
  /// Slots given.
  let slotCount: UInt32

  /// Puts a query into `scratch`: `vector` has the index's dimensions and is normalised already
  /// if the metric wants that.
  ///
  /// Codes are centred, c = (x - mean) / scale. For inner products q·x orders as q·c does. For
  /// squared distances, with y the query less the mean, |x - q|² orders as scale/2 |c|² - y·c, and
  /// so it does for inner products with unit vectors. That form is taken there if the query
  /// shares a few large components with all vectors, which would spoil its own 8-bit code.
  func prepare(_ vector: UnsafePointer<Float>, _ scratch: Scratch) {
    let n = configuration.dimensions
    if vector != UnsafePointer(scratch.query) { scratch.query.update(from: vector, count: n) }
    calibration.mean.withUnsafeBufferPointer { mean in
      guard let mean = mean.baseAddress else { return }
      let share = configuration.metric == .l2 ? 1 : sharedMeanWeight(of: scratch.query, mean)
      // A query at the mean needs a floor, or the norms' weight would overflow.
      let floor = share == 0 ? Float.leastNormalMagnitude : share * calibration.scale / 8
      let (step, norm) = kernels.quantise(
        scratch.query, mean: mean, share: share, floor: floor, n, into: scratch.queryCode)
      scratch.normWeight = share * calibration.scale / (2 * step)
      scratch.queryNorm = Float(norm)
    }
  }

  /// How much of the mean to take out of a unit query: none, unless that halves its reach.
  private func sharedMeanWeight(
    of query: UnsafePointer<Float>, _ mean: UnsafePointer<Float>
  ) -> Float {
    guard configuration.metric == .cosine, calibration.meanNorm > 0 else { return 0 }
    let n = configuration.dimensions
    let share = min(2, max(0, kernels.dot(query, mean, n) / calibration.meanNorm))
    let whole = kernels.reach(query, mean: mean, share: 0, n)
    return kernels.reach(query, mean: mean, share: share, n) < whole / 2 ? share : 0
  }

  /// Scores the first `count` slots that were gathered.
  @inline(__always)
  func score(_ count: Int, _ scratch: Scratch) {
    kernels.codeScores(
      codes, scratch.queryCode, configuration.codeBytes, weight: scratch.normWeight,
      scratch.gatheredSlots, count, scratch.scores)
    scratch.distanceCount &+= count
  }

  /// Goes from the entry down to `level`, at each level to the node nearest to the query that no
  /// neighbor improves on: SEARCH-LAYER of the paper with ef = 1. Returns a position on `level`.
  func descend(
    from entry: UInt32, level entryLevel: Int, to level: Int, _ scratch: Scratch
  ) -> UInt32 {
    var position = entry
    var current = entryLevel
    scratch.gatheredSlots[0] = levels[current].slot(position)
    score(1, scratch)
    var best = scratch.scores[0]
    while current > level {
      let here = levels[current]
      var improved = true
      while improved {
        improved = false
        let links = here.links(position)
        let count = gatherAll(here, position, links, scratch)
        score(count, scratch)
        for index in 0..<count where scratch.scores[index] < best {
          best = scratch.scores[index]
          position = scratch.gathered[index]
          improved = true
        }
      }
      position = here.below(position)
      current -= 1
      // Only damage leads astray; any node will do to go on from.
      if position >= levels[current].count { position = 0 }
    }
    return position
  }

  /// Gathers every neighbor of a node.
  private func gatherAll(
    _ level: GraphLevel, _ position: UInt32, _ links: GraphLevel.Links, _ scratch: Scratch
  ) -> Int {
    let slots = level.isUpper ? level.neighborSlots(position) : links
    var count = 0
    for index in 0..<level.capacity {
      let neighbor = Link.position(links[index])
      guard neighbor < level.count, Link.position(slots[index]) < slotCount else { break }
      scratch.gathered[count] = neighbor
      scratch.gatheredSlots[count] = Link.position(slots[index])
      count += 1
    }
    return count
  }

  /// Walks a level from `entry`, expanding the nearest `ef` nodes, and leaves the nearest `keep`
  /// that were scored in the pool: SEARCH-LAYER of the paper. Two candidates are expanded at a
  /// time, so that the rows of both their neighborhoods are fetched together.
  func walk(
    _ level: GraphLevel, from entry: UInt32, ef: Int, keep: Int = 0, _ scratch: Scratch
  ) {
    let keep = max(keep, ef)
    scratch.beginWalk(positions: Int(level.count), pool: keep)
    let (pool, visited, stamp) = (scratch.pool, scratch.visited, scratch.stamp)
    let (gathered, slots, scores) = (scratch.gathered, scratch.gatheredSlots, scratch.scores)
    visited[Int(entry)] = stamp
    slots[0] = level.slot(entry)
    score(1, scratch)
    pool[0] = PoolEntry.make(scores[0], entry)
    var count = 1
    var cursor = 0
    while cursor < min(count, ef) {
      var found = 0
      var expandedNow = 0
      while cursor < min(count, ef), expandedNow < 2 {
        let entry = pool[cursor]
        if entry & PoolEntry.expanded == 0 {
          pool[cursor] = entry | PoolEntry.expanded
          expandedNow &+= 1
          found = gatherNew(
            level, PoolEntry.position(entry), visited, stamp, gathered, slots, found)
        }
        cursor &+= 1
      }
      if found == 0 { continue }
      // Unless a nearer node turns up, this is the next to be expanded.
      if cursor < count { prefetchLinks(of: PoolEntry.position(pool[cursor]), level) }
      score(found, scratch)
      for index in 0..<found {
        let place = insert(
          PoolEntry.make(scores[index], gathered[index]), into: pool, &count, keep)
        if place < cursor { cursor = place }
        // It will be expanded soon: its links are on their way meanwhile.
        if place < cursor &+ 2 { prefetchLinks(of: gathered[index], level) }
      }
    }
    scratch.poolCount = count
  }

  @inline(__always)
  private func prefetchLinks(of position: UInt32, _ level: GraphLevel) {
    kernels.prefetch(level.links(position), bytes: 4 &* level.capacity)
  }

  /// Gathers the neighbors of a node that the walk has not met, after the first `count`.
  @inline(__always)
  private func gatherNew(
    _ level: GraphLevel, _ position: UInt32, _ visited: UnsafeMutablePointer<UInt16>,
    _ stamp: UInt16, _ gathered: UnsafeMutablePointer<UInt32>,
    _ slots: UnsafeMutablePointer<UInt32>, _ count: Int
  ) -> Int {
    var count = count
    let links = level.links(position)
    let linkSlots = level.isUpper ? level.neighborSlots(position) : links
    for index in 0..<level.capacity {
      let neighbor = Link.position(links[index])
      // A link beyond the level's end is the mark of the list's.
      guard neighbor < level.count, Link.position(linkSlots[index]) < slotCount else { break }
      if visited[Int(neighbor)] == stamp { continue }
      visited[Int(neighbor)] = stamp
      gathered[count] = neighbor
      slots[count] = Link.position(linkSlots[index])
      count &+= 1
    }
    return count
  }

  /// Inserts an entry into the sorted pool of at most `capacity`; returns its index, or `Int.max`
  /// if it is too far.
  @inline(__always)
  func insert(
    _ entry: UInt64, into pool: UnsafeMutablePointer<UInt64>, _ count: inout Int, _ capacity: Int
  ) -> Int {
    if count == capacity {
      if entry >= pool[capacity &- 1] { return .max }
    } else {
      count &+= 1
    }
    var low = 0
    var high = count &- 1
    while low < high {
      let middle = (low &+ high) / 2
      if pool[middle] < entry { low = middle &+ 1 } else { high = middle }
    }
    (pool + low + 1).update(from: pool + low, count: count &- 1 &- low)
    pool[low] = entry
    return low
  }
}
