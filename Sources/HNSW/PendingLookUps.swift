internal import Kernels
import Synchronization

/// Where the blocks of an index lie that has just been opened, as far as it is not known yet. To
/// look up all takes as long as there are many: the first search, which may be the only one, looks
/// up what it needs, and whatever comes then waits until all is known.
final class PendingLookUps: Sendable {
  private let tables: [BlockTable]
  private let hasBegun = Atomic(false)
  private let isDone = Atomic(false)
  private let hasFailed = Atomic(false)
  private let failure = Mutex<(any Error)?>(nil)

  init(_ state: IndexState) { tables = state.tables }

  /// Whether nothing is pending any more.
  var isFinished: Bool { isDone.load(ordering: .acquiring) }

  /// Lets one search begin without all being known.
  func takeFirst() -> Bool { !hasBegun.exchange(true, ordering: .relaxed) }

  /// Looks up the blocks of some rows of a table.
  func lookUp(_ rows: RowTable, _ ids: UnsafeBufferPointer<UInt32>) {
    guard let table = tables.first(where: { $0.rows.isSame(as: rows) }) else { return }
    attempt { try table.lookUp(ids) }
  }

  /// Looks up all blocks.
  func finish() {
    guard !isFinished else { return }
    attempt { for table in tables { try table.lookUp() } }
    isDone.store(true, ordering: .releasing)
  }

  /// Throws what has kept a block from being found: what was read since is not worth anything.
  func check() throws {
    guard hasFailed.load(ordering: .acquiring) else { return }
    if let error = failure.withLock({ $0 }) { throw error }
  }

  /// Goes on after an error with blocks of zeros, which do no harm, until somebody checks.
  private func attempt(_ body: () throws -> Void) {
    do {
      try body()
    } catch {
      failure.withLock { $0 = $0 ?? error }
      hasFailed.store(true, ordering: .releasing)
      for table in tables { table.fillGaps() }
    }
  }
}
