import HTTPTypes
import Synchronization
import Vitrine

/// Takes on a bounded number of pieces of work, each for a bounded time.
///
/// Work is bounded by cores, so a long queue only makes everybody wait: what exceeds the bound is
/// told to come back (429), what takes too long is told to stop, and given up (503) if it does.
package final class Admission: Sendable {
  private let running = Atomic<Int>(0)
  /// Bytes of bodies that have come in part.
  private let held = Atomic<Int>(0)
  private let limits: ServerConfiguration.Limits

  package init(_ limits: ServerConfiguration.Limits) {
    self.limits = limits
  }

  /// When a request that comes now must be done.
  var deadline: ContinuousClock.Instant { .now + .seconds(limits.seconds) }

  /// What a request is told that is not done by then.
  var tookTooLong: Problem {
    Problem(
      .serviceUnavailable, "the request took longer than \(limits.seconds) seconds",
      headers: [.retryAfter: "1"])
  }

  /// Takes on more of bodies that are still coming, or throws a ``Problem``: many that come slowly must not
  /// fill the memory.
  func hold(bytes: Int) throws {
    guard held.add(bytes, ordering: .relaxed).newValue <= limits.heldBytes else {
      release(bytes: bytes)
      throw Problem(
        .tooManyRequests, "the server reads as many bodies already as it has room for",
        headers: [.retryAfter: "1"])
    }
  }

  func release(bytes: Int) { held.subtract(bytes, ordering: .relaxed) }

  /// Runs `body` away from the thread of the connection, or throws a ``Problem``.
  ///
  /// What cannot be stopped, such as a write that is being stored, is waited for: what it comes to
  /// is the answer, however late.
  package func run<R: Sendable>(_ body: @escaping @Sendable () async throws -> R) async throws -> R
  {
    try await counted {
      let work = Task(executorPreference: globalConcurrentExecutor, operation: body)
      let timer = Task { [seconds = limits.seconds] in
        try await Task.sleep(for: .seconds(seconds))
        work.cancel()
      }
      defer { timer.cancel() }
      do {
        return try await withTaskCancellationHandler {
          try await work.value
        } onCancel: {
          work.cancel()
        }
      } catch is CancellationError where !Task.isCancelled {
        throw tookTooLong
      }
    }
  }

  /// Runs `body`, which looks at the clock itself and throws ``OutOfTime``, or throws a ``Problem``.
  /// Two tasks and a timer cost more than a quick search.
  nonisolated(nonsending) package func counted<R>(
    _ body: nonisolated(nonsending) () async throws -> R
  ) async throws -> R {
    let position = running.add(1, ordering: .relaxed).newValue
    defer { running.subtract(1, ordering: .relaxed) }
    guard position <= limits.concurrentRequests else {
      throw Problem(
        .tooManyRequests, "the server works on \(limits.concurrentRequests) requests already",
        headers: [.retryAfter: "1"])
    }
    do {
      return try await body()
    } catch is OutOfTime {
      throw tookTooLong
    }
  }
}

/// Runs what computes for longer than a change of threads takes away from the thread of the
/// connection, on which others wait.
func awayFromLoop<R: Sendable>(_ body: @Sendable () throws -> R) async rethrows -> R {
  try await withTaskExecutorPreference(globalConcurrentExecutor) { try body() }
}
