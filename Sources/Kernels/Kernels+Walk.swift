internal import CKernels

/// The nearest positions so far, ascending by score: what a walk over a graph expands, and what a
/// scan keeps. An entry is a number, the score above the position, so that entries compare as
/// numbers. For HNSW's fence alone.
package final class CandidatePool {
  /// Marks a position whose neighbours have been looked at.
  private static let expanded: UInt32 = 1 << 31

  fileprivate let raw: UnsafeMutablePointer<ck_pool>
  private var room = 0

  package init() {
    raw = .allocate(capacity: 1)
    raw.initialize(to: ck_pool())
  }

  deinit {
    raw.pointee.entries?.deallocate()
    raw.deallocate()
  }

  /// Empties the pool and makes room in it for `capacity` entries, at least one.
  package func begin(_ capacity: Int) {
    raw.pointee.count = 0
    raw.pointee.cursor = 0
    raw.pointee.capacity = UInt32(max(1, capacity))
    guard room < capacity || room == 0 else { return }
    raw.pointee.entries?.deallocate()
    room = max(1, capacity)
    raw.pointee.entries = .allocate(capacity: room)
  }

  package var count: Int { Int(raw.pointee.count) }

  /// The position of an entry.
  @inline(__always)
  package func position(_ index: Int) -> UInt32 {
    UInt32(truncatingIfNeeded: raw.pointee.entries[index]) & ~Self.expanded
  }

  /// The score of an entry.
  @inline(__always)
  package func score(_ index: Int) -> Int32 {
    Int32(bitPattern: UInt32(truncatingIfNeeded: raw.pointee.entries[index] >> 32) ^ 0x8000_0000)
  }

  /// Where the first entry is that may not have been expanded.
  package var cursor: Int { Int(raw.pointee.cursor) }

  /// The nearest position that has not been expanded, and counts as expanded from now on; `nil`
  /// if there is none among the first `breadth`.
  @inline(__always)
  package func expandNext(breadth: Int) -> UInt32? {
    let end = min(raw.pointee.count, UInt32(truncatingIfNeeded: breadth))
    while raw.pointee.cursor < end {
      let entry = raw.pointee.entries + Int(raw.pointee.cursor)
      raw.pointee.cursor &+= 1
      let position = UInt32(truncatingIfNeeded: entry.pointee)
      if position & Self.expanded == 0 {
        entry.pointee |= UInt64(Self.expanded)
        return position
      }
    }
    return nil
  }
}

/// The steps of walks and scans beside the scoring of rows.
package struct WalkKernels: @unchecked Sendable {
  // Sendable: the table is a constant of the program.
  let table: UnsafePointer<ck_walk>

  /// Puts scored positions into the pool as far as they are near enough.
  @inline(__always)
  package func merge(
    _ scores: UnsafePointer<Int32>, _ positions: UnsafePointer<UInt32>, _ count: Int,
    into pool: CandidatePool
  ) {
    table.pointee.merge(pool.raw, scores, positions, UInt32(count), nil)
  }

  /// The same in a walk: fetches the records of those that will be expanded next.
  @inline(__always)
  package func merge(
    _ scores: UnsafePointer<Int32>, _ positions: UnsafePointer<UInt32>, _ count: Int,
    into pool: CandidatePool, links: borrowing RowTable
  ) {
    withUnsafePointer(to: links.rows) {
      table.pointee.merge(pool.raw, scores, positions, UInt32(count), $0)
    }
  }

  /// Asks for the records of the two that are to be expanded next, unless nearer ones turn up.
  @inline(__always)
  package func fetchNext(_ pool: CandidatePool, links: borrowing RowTable) {
    withUnsafePointer(to: links.rows) { ck_fetch_next(pool.raw, $0) }
  }

  /// Appends the neighbours of a node that are not marked in `visited`, and marks them. Returns
  /// the new count; see `ck_gather_new`.
  @inline(__always)
  package func gatherNew(
    _ links: UnsafePointer<UInt32>, slots linkSlots: UnsafePointer<UInt32>, _ capacity: Int,
    positionsEnd: UInt32, slotsEnd: UInt32, _ visited: UnsafeMutablePointer<UInt64>,
    into positions: UnsafeMutablePointer<UInt32>, _ slots: UnsafeMutablePointer<UInt32>,
    _ count: Int
  ) -> Int {
    Int(
      ck_gather_new(
        links, linkSlots, UInt32(capacity), positionsEnd, slotsEnd, visited, positions, slots,
        UInt32(count)))
  }
}

extension Kernels {
  /// The kernels of walks.
  package var walks: WalkKernels { WalkKernels(table: ck_walk_kernels(ck_level(level.rawValue))) }
}
