internal import CKernels

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

  /// The same in a walk: the records in `links` of those that turn out to be near are fetched
  /// meanwhile.
  @inline(__always)
  package func merge(
    _ scores: UnsafePointer<Int32>, _ positions: UnsafePointer<UInt32>, _ count: Int,
    into pool: CandidatePool, links: borrowing RowTable
  ) {
    withUnsafePointer(to: links.rows) {
      table.pointee.merge(pool.raw, scores, positions, UInt32(count), $0)
    }
  }

  /// Puts the nearest `width` positions, one or two, that have not been expanded into `next`, and
  /// counts them as expanded from now on. Returns their number: less than `width` if there are no
  /// more, or `breadth` are nearer. Fetches the records in `links` of those to follow.
  @inline(__always)
  package func expand(
    _ pool: CandidatePool, breadth: Int, width: Int, links: borrowing RowTable,
    into next: UnsafeMutablePointer<UInt32>
  ) -> Int {
    withUnsafePointer(to: links.rows) {
      Int(
        table.pointee.expand(
          pool.raw, UInt32(truncatingIfNeeded: breadth), UInt32(truncatingIfNeeded: width), $0, next
        ))
    }
  }

  /// Puts those of the nearest `breadth` positions that have not been expanded, `room` at most,
  /// into `next`, and counts them as expanded from now on. Returns their number. Fetches their
  /// records in `links`.
  package func expandAll(
    _ pool: CandidatePool, breadth: Int, room: Int, links: borrowing RowTable,
    into next: UnsafeMutablePointer<UInt32>
  ) -> Int {
    let last =
      pool.count <= breadth
      ? .max : table.pointee.entry_at(pool.raw, UInt32(truncatingIfNeeded: breadth))
    return withUnsafePointer(to: links.rows) {
      Int(table.pointee.expand_all(pool.raw, last, UInt32(truncatingIfNeeded: room), $0, next))
    }
  }

  /// Leaves the nearest `keep` in the pool.
  @inline(__always)
  package func prune(_ pool: CandidatePool, keep: Int) {
    table.pointee.prune(pool.raw, UInt32(truncatingIfNeeded: keep))
  }

  /// Drops what has a score beyond `last`.
  @inline(__always)
  package func cut(_ pool: CandidatePool, beyond last: Int32) {
    table.pointee.cut(pool.raw, CandidatePool.entry(score: last, position: .max))
  }

  /// The greatest score of the nearest `place` in the pool, which must have as many, and a position
  /// that has it.
  package func entry(at place: Int, of pool: CandidatePool) -> (score: Int32, position: UInt32) {
    let entry = table.pointee.entry_at(pool.raw, UInt32(truncatingIfNeeded: place))
    return (CandidatePool.score(of: entry), CandidatePool.position(of: entry))
  }

  /// Puts distinct numbers in order; O(count²), for some hundreds. `spare` has room for as many.
  package func order(
    _ numbers: UnsafeMutablePointer<UInt64>, _ count: Int, _ spare: UnsafeMutablePointer<UInt64>
  ) {
    table.pointee.order(numbers, UInt32(truncatingIfNeeded: count), spare)
  }

  /// Asks for what lies at an address and is to be read soon.
  package func fetch(_ address: UnsafeRawPointer, byteCount: Int) {
    ck_fetch(address, UInt32(truncatingIfNeeded: byteCount))
  }

  /// Appends the neighbors of a node that are not in `visited`, and puts them in. Returns the new
  /// count; see `ck_gather_new`.
  @inline(__always)
  package func gatherNew(
    _ links: UnsafePointer<UInt32>, slots linkSlots: UnsafePointer<UInt32>, _ capacity: Int,
    positionsEnd: UInt32, slotsEnd: UInt32, _ visited: VisitedSet,
    into positions: UnsafeMutablePointer<UInt32>, _ slots: UnsafeMutablePointer<UInt32>,
    _ count: Int
  ) -> Int {
    let found = Int(
      ck_gather_new(
        links, linkSlots, UInt32(capacity), positionsEnd, slotsEnd, visited.words, positions,
        slots, UInt32(count)))
    visited.note(positions + count, found - count)
    return found
  }
}

extension Kernels {
  /// The kernels of walks.
  package var walks: WalkKernels { WalkKernels(table: ck_walk_kernels(cLevel)) }
}
