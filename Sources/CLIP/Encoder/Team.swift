import Dispatch
import Foundation
import Kernels
import Synchronization

/// Threads that take the steps of one small batch together, where splitting the batch is not
/// possible: each computes its share of the columns of every product.
///
/// The helpers sleep between batches. A team works for one caller at a time.
final class Team: Sendable {
  /// Threads of the team, the caller's among them.
  let count: Int
  private let helpers: Helpers
  private let isBusy = Atomic<Bool>(false)

  /// A team of `count` threads.
  init(count: Int) {
    self.count = max(1, count)
    helpers = Helpers(count: self.count)
  }

  deinit { helpers.stop() }

  /// Calls `body` on every thread with its share and returns `true` when all have returned, or
  /// returns `false` at once where the team has work already.
  func run(_ body: @escaping @Sendable (Share) -> Void) -> Bool {
    guard !isBusy.exchange(true, ordering: .acquiring) else { return false }
    defer { isBusy.store(false, ordering: .releasing) }
    helpers.run(body)
    return true
  }
}

/// What a team's threads share. They hold it, and not the team, so that the team can go.
private final class Helpers: Sendable {
  private let barrier: Barrier
  private let work = Mutex<(@Sendable (Share) -> Void)?>(nil)
  private let start = DispatchSemaphore(value: 0)
  private let done = DispatchSemaphore(value: 0)

  init(count: Int) {
    barrier = Barrier(count: count)
    for index in 1..<max(1, count) { Thread.detachNewThread { self.serve(index) } }
  }

  func run(_ body: @escaping @Sendable (Share) -> Void) {
    work.withLock { $0 = body }
    for _ in 1..<barrier.count { start.signal() }
    body(Share(index: 0, of: barrier))
    for _ in 1..<barrier.count { done.wait() }
    work.withLock { $0 = nil }
  }

  func stop() { for _ in 1..<barrier.count { start.signal() } }

  /// Each helper takes one signal per batch: it cannot take a second before all have finished.
  private func serve(_ index: Int) {
    while true {
      start.wait()
      guard let body = work.withLock({ $0 }) else { return }
      body(Share(index: index, of: barrier))
      done.signal()
    }
  }
}
