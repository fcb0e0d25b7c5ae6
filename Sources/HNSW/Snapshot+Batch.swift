internal import Kernels
import Synchronization

extension Snapshot {
  /// Queries that are put in order at a time, and bytes of their codes.
  private static let (mostAtOnce, mostCodeBytes) = (1 << 14, 1 << 25)

  /// Answers many queries, given row by row, on `threads` threads; results in their order.
  ///
  /// Queries whose walks begin near each other are answered one after the other: what one has read
  /// is in the processor's cache for the next. The benchmark's phase `search` tells what that
  /// gains.
  ///
  /// - Throws: `HNSWError.wrongDimensions`, `.invalidVector` with its row, `.invalidArgument`.
  public func search(
    batch queries: [Float], _ parameters: SearchParameters, threads: Int
  ) throws -> [SearchResult] {
    try validate(parameters)
    let dimensions = configuration.dimensions
    guard queries.count.isMultiple(of: dimensions) else {
      throw HNSWError.wrongDimensions(expected: dimensions, found: queries.count % dimensions)
    }
    let count = queries.count / dimensions
    resolved.complete()
    let most = max(1, min(Self.mostAtOnce, Self.mostCodeBytes / (2 * configuration.codeBytes)))
    return try queries.withUnsafeBufferPointer { queries in
      try stride(from: 0, to: count, by: most).flatMap { start in
        let rows = start..<min(count, start + most)
        let batch = try QueryBatch(queries, rows: rows, resolved)
        return try search(batch, parameters, threads: threads)
      }
    }
  }

  private func search(
    _ batch: QueryBatch, _ parameters: SearchParameters, threads: Int
  ) throws -> [SearchResult] {
    let (resolved, rows) = (resolved, Array(batch.rows))
    let level = resolved.meetingLevel(ofQueries: rows.count)
    let starts = try map(rows, threads: threads) { row, scratch in
      try batch.descend(row, to: level, scratch)
    }
    let first = batch.rows.lowerBound
    let order = rows.sorted { starts[$0 - first].position < starts[$1 - first].position }
    let results = try map(order, threads: threads) { row, scratch in
      let start = starts[row - first]
      try batch.load(row, start, scratch)
      return resolved.search(parameters, from: start, scratch)
    }
    var places = rows
    for (place, row) in order.enumerated() { places[row - first] = place }
    return places.map { results[$0] }
  }

  /// What `body` makes of each row, in their order. Threads claim runs of rows, so that neighbors
  /// are one thread's.
  private func map<R: Sendable>(
    _ rows: [Int], threads: Int, _ body: @Sendable (_ row: Int, Scratch) throws -> R
  ) throws -> [R] {
    let threads = max(1, min(threads, rows.count))
    let run = max(1, min(64, rows.count / (4 * threads)))
    let results = Mutex([Int: [R]]())
    let failure = Mutex<(any Error)?>(nil)
    let index = index
    inParallel(rows.indices, by: run, threads: threads) { range in
      guard failure.withLock({ $0 == nil }) else { return }
      do {
        let some = try index.scratch.with { scratch in
          try rows[range].map { try body($0, scratch) }
        }
        results.withLock { $0[range.lowerBound] = some }
      } catch {
        failure.withLock { $0 = $0 ?? error }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
    return results.withLock { found in
      stride(from: 0, to: rows.count, by: run).flatMap { found[$0] ?? [] }
    }
  }
}

/// A node that a query has come down to, with the rows that were scored on the way.
struct WalkStart: Sendable {
  let position: UInt32
  let level: Int
  let distanceCount: Int
  let code: QueryCode
}

/// Queries that are read where they were given, and the codes that are made of them on the way
/// down, for the walks.
private struct QueryBatch: @unchecked Sendable {
  // Sendable: queries are only read, and a row's code is written by the one thread that goes down.

  private let queries: UnsafeBufferPointer<Float>
  let rows: Range<Int>
  /// Memory of its own: it comes between others' otherwise, and stays with the process.
  private let arena: Arena
  private let codes: UnsafeMutablePointer<Int8>
  private let resolved: ResolvedIndex

  init(
    _ queries: UnsafeBufferPointer<Float>, rows: Range<Int>, _ resolved: ResolvedIndex
  ) throws {
    (self.queries, self.rows, self.resolved) = (queries, rows, resolved)
    let byteCount = rows.count * 2 * resolved.configuration.codeBytes
    guard let arena = Arena(capacity: byteCount), let memory = arena.allocate(byteCount) else {
      throw HNSWError.invalidArgument("there is no memory for \(rows.count) queries at once")
    }
    arena.populate()
    self.arena = arena
    codes = memory.bindMemory(to: Int8.self, capacity: byteCount)
  }

  private func query(_ row: Int) -> UnsafeBufferPointer<Float> {
    let dimensions = resolved.configuration.dimensions
    return UnsafeBufferPointer(rebasing: queries[row * dimensions..<(row + 1) * dimensions])
  }

  /// Goes down to a level with a row's query.
  func descend(_ row: Int, to level: Int, _ scratch: Scratch) throws -> WalkStart {
    try resolved.load(query(row), row: row, scratch)
    let codeBytes = resolved.configuration.codeBytes
    scratch.code = QueryCode(codes + (row - rows.lowerBound) * 2 * codeBytes, codeBytes)
    let (position, count) = resolved.descend(to: level, scratch)
    return WalkStart(
      position: position, level: level, distanceCount: count, code: scratch.code)
  }

  /// Puts a row's query into `scratch`, as it was when it came down: its code, and where vectors
  /// are kept the query itself.
  func load(_ row: Int, _ start: WalkStart, _ scratch: Scratch) throws {
    if resolved.state.vectors != nil { try resolved.load(query(row), row: row, scratch) }
    scratch.code = start.code
  }
}

extension ResolvedIndex {
  /// Queries of a batch that come down to the same node of a level, at least, on average.
  private static let meetingSize = 8

  /// The lowest level from 1 on whose nodes queries come down to in company; the entry's at most.
  func meetingLevel(ofQueries count: Int) -> Int {
    let (counts, entryLevel) = (state.header.levelCounts, state.header.entryPoint.level)
    let levels = 1..<max(1, entryLevel)
    return levels.first { Self.meetingSize * counts[$0 + 1] <= count } ?? entryLevel
  }

  /// Goes down to a level with the query in `scratch.query`; returns the position there and how
  /// many rows were scored.
  func descend(to level: Int, _ scratch: Scratch) -> (position: UInt32, distanceCount: Int) {
    reading(scratch) {
      let entry = state.header.entryPoint
      scratch.distanceCount = 0
      graph.prepare(scratch.query, scratch)
      guard level < entry.level, !entry.isNone else { return (entry.position, 0) }
      let position = graph.descend(from: entry.position, level: entry.level, to: level, scratch)
      return (position, scratch.distanceCount)
    }
  }
}
