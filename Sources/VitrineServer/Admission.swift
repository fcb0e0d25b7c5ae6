import HTTPTypes
import Synchronization

/// Takes on a bounded number of pieces of work, each for a bounded time.
///
/// Work is bounded by cores, so a long queue only makes everybody wait: what exceeds the bound is
/// told to come back (429), what takes too long is cancelled and given up (503).
package final class Admission: Sendable {
  private let running = Atomic<Int>(0)
  private let limits: ServerConfiguration.Limits

  package init(_ limits: ServerConfiguration.Limits) {
    self.limits = limits
  }

  /// Runs `body`, or throws a ``Problem``.
  package func run<R: Sendable>(_ body: @escaping @Sendable () async throws -> R) async throws -> R
  {
    let position = running.add(1, ordering: .relaxed).newValue
    defer { running.subtract(1, ordering: .relaxed) }
    guard position <= limits.concurrentRequests else {
      throw Problem(
        .tooManyRequests, "the server works on \(limits.concurrentRequests) requests already",
        headers: [.retryAfter: "1"])
    }
    return try await within(body)
  }

  /// Runs `body` without counting it, such as the reading of what a slow client sends.
  func within<R: Sendable>(_ body: @escaping @Sendable () async throws -> R) async throws -> R {
    let seconds = limits.seconds
    return try await withThrowingTaskGroup(of: R.self) { group in
      group.addTask(operation: body)
      group.addTask {
        try await Task.sleep(for: .seconds(seconds))
        throw Problem(
          .serviceUnavailable, "the request took longer than \(seconds) seconds",
          headers: [.retryAfter: "1"])
      }
      defer { group.cancelAll() }
      guard let first = try await group.next() else { throw CancellationError() }
      return first
    }
  }
}
