import Synchronization

/// Tells work on another thread that its task was cancelled.
package final class Cancellation: Sendable {
  private let isCancelled = Atomic(false)

  /// Not cancelled.
  package init() {}

  package func cancel() { isCancelled.store(true, ordering: .relaxed) }

  /// - Throws: `CancellationError` once the task was cancelled.
  package func check() throws {
    if isCancelled.load(ordering: .relaxed) { throw CancellationError() }
  }

  /// Runs blocking work on a thread outside the cooperative pool, which must not be blocked. The
  /// work is told when the task is cancelled, and is waited for.
  static func offload<R: Sendable>(
    _ work: @escaping @Sendable (Cancellation) throws -> R
  ) async throws -> R {
    let cancellation = Cancellation()
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
