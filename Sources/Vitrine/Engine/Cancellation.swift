import Synchronization

/// Tells work on another thread that its task was cancelled, or that its time is up.
package final class Cancellation: Sendable {
  private let flag = Atomic(false)
  private let deadline: ContinuousClock.Instant?

  /// Not cancelled.
  package init(deadline: ContinuousClock.Instant? = nil) { self.deadline = deadline }

  var isCancelled: Bool { flag.load(ordering: .relaxed) }

  package func cancel() { flag.store(true, ordering: .relaxed) }

  /// - Throws: `CancellationError` once the task was cancelled, ``OutOfTime`` after the deadline.
  package func check() throws {
    if isCancelled { throw CancellationError() }
    if let deadline, deadline < .now { throw OutOfTime() }
  }

  /// Runs blocking work on a thread outside the cooperative pool, which must not be blocked. The
  /// work is told when the task is cancelled or the deadline has passed, and is waited for.
  static func offload<R: Sendable>(
    deadline: ContinuousClock.Instant? = nil,
    _ work: @escaping @Sendable (Cancellation) throws -> R
  ) async throws -> R {
    let cancellation = Cancellation(deadline: deadline)
    return try await withTaskCancellationHandler {
      try await OffPool.run {
        try cancellation.check()
        return try work(cancellation)
      }
    } onCancel: {
      cancellation.cancel()
    }
  }
}

/// Work was given up because it took longer than it may.
package struct OutOfTime: Error {
  package init() {}
}
