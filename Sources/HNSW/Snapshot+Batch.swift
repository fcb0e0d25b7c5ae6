internal import Dispatch
import Synchronization

extension Snapshot {
  /// Answers many queries, given row by row, on `threads` threads; results in their order.
  ///
  /// Queries whose walks begin near each other are answered one after the other: what one has read
  /// is in the processor's cache for the next. The benchmark's phase `search` tells what that gains.
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
    let (resolved, rows) = (resolved, Array(0..<count))
    @Sendable func load(_ row: Int, _ scratch: Scratch) throws {
      let query = queries.span.extracting(row * dimensions..<(row + 1) * dimensions)
      try resolved.load(query, row: row, scratch)
    }
    let level = resolved.meetingLevel(ofQueries: count)
    let starts = try map(rows, threads: threads) { row, scratch in
      try load(row, scratch)
      return resolved.descend(to: level, scratch)
    }
    let order = rows.sorted { starts[$0].position < starts[$1].position }
    let results = try map(order, threads: threads) { row, scratch in
      try load(row, scratch)
      return resolved.search(parameters, from: starts[row], scratch)
    }
    var places = rows
    for (place, row) in order.enumerated() { places[row] = place }
    return places.map { results[$0] }
  }

  /// What `body` makes of each row, in their order. Threads claim runs of rows, so that neighbours
  /// are one thread's.
  private func map<R: Sendable>(
    _ rows: [Int], threads: Int, _ body: @Sendable (_ row: Int, Scratch) throws -> R
  ) throws -> [R] {
    let threads = max(1, min(threads, rows.count))
    let run = max(1, min(64, rows.count / (4 * threads)))
    let results = Mutex([Int: [R]]())
    let failure = Mutex<(any Error)?>(nil)
    let next = Atomic(0)
    let index = index
    DispatchQueue.concurrentPerform(iterations: threads) { _ in
      index.scratch.with { scratch in
        while true {
          let start = next.wrappingAdd(run, ordering: .relaxed).oldValue
          guard start < rows.count, failure.withLock({ $0 == nil }) else { return }
          do {
            let some = try rows[start..<min(rows.count, start + run)].map { try body($0, scratch) }
            results.withLock { $0[start] = some }
          } catch {
            failure.withLock { $0 = $0 ?? error }
          }
        }
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
}

extension ResolvedIndex {
  /// Queries of a batch that come down to the same node of a level, at least, on average.
  private static let meetingSize = 8

  /// The lowest level from 1 on whose nodes queries come down to in company; the entry's at most.
  func meetingLevel(ofQueries count: Int) -> Int {
    let (counts, entryLevel) = (state.header.levelCounts, state.header.entryLevel)
    let levels = 1..<max(1, entryLevel)
    return levels.first { Self.meetingSize * counts[$0 + 1] <= count } ?? entryLevel
  }

  /// Goes down to a level with the query in `scratch.query`.
  func descend(to level: Int, _ scratch: Scratch) -> WalkStart {
    reading(scratch) {
      let header = state.header
      scratch.distanceCount = 0
      var position = header.entry
      if level < header.entryLevel, position != noSlot {
        graph.prepare(scratch.query, scratch)
        position = graph.descend(
          from: position, level: header.entryLevel, to: level, scratch)
      }
      return WalkStart(position: position, level: level, distanceCount: scratch.distanceCount)
    }
  }
}
