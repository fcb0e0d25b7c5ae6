import Dispatch
import Synchronization

/// Runs blocking work on threads outside of the cooperative pool, which must not be blocked.
enum OffPool {
  private static let queue = DispatchQueue(label: "vitrine.engine", attributes: .concurrent)

  /// The result of `work`, which has been let go of by then.
  static func run<R: Sendable>(_ work: @escaping @Sendable () throws -> R) async throws -> R {
    let job = OneTimeJob(work)
    return try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: job.run()) }
    }
  }
}

/// Work that is to be done once and let go of before its result is there: whoever waits for it may want
/// to close at once what the work held open.
final class OneTimeJob<R: Sendable>: Sendable {
  private let work: Mutex<(@Sendable () throws -> R)?>

  init(_ work: @escaping @Sendable () throws -> R) { self.work = Mutex(work) }

  func run() -> Result<R, any Error> {
    let work = self.work.withLock { $0.take() }
    return Result {
      guard let work else { throw CancellationError() }
      return try work()
    }
  }
}
