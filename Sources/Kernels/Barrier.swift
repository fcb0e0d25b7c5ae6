internal import CKernels
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where the threads of a team meet between steps of a few microseconds: it spins, and yields the
/// processor only when somebody is late.
public final class Barrier: Sendable {
  /// How many threads meet.
  public let count: Int
  private let arrived = Atomic<Int>(0)
  private let round = Atomic<Int>(0)

  /// A barrier for `count` threads.
  public init(count: Int) { self.count = count }

  /// Returns when `count` threads have called it; usable again at once.
  public func wait() {
    let current = round.load(ordering: .acquiring)
    if arrived.add(1, ordering: .acquiringAndReleasing).newValue == count {
      arrived.store(0, ordering: .relaxed)
      round.store(current + 1, ordering: .releasing)
      return
    }
    var spins = 0
    while round.load(ordering: .acquiring) == current {
      spins += 1
      if spins > 2_000 { sched_yield() } else { ck_spin_hint() }
    }
  }
}
