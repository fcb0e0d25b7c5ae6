import CoreMetrics
import HTTPTypes
import Hummingbird
import Synchronization

/// Counts requests and their durations by route, method and status.
///
/// Under the names that Hummingbird's own middleware uses; that one waits for the body to be
/// written, for which it has the body sent in a packet of its own.
struct MetricsMiddleware<Context: RequestContext>: RouterMiddleware {
  private let series = Series()

  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    let start = ContinuousClock.now
    let active = series.active(request.method)
    active.increment()
    defer { active.decrement() }
    let response = try await next(request, context)
    let (requests, durations) = series.answered(
      Answer(
        route: context.endpointPath ?? "Unknown", method: request.method, status: response.status))
    requests.increment()
    durations.recordNanoseconds(Int64((ContinuousClock.now - start) / .nanoseconds(1)))
    return response
  }

  private struct Answer: Hashable {
    let route: String
    let method: HTTPRequest.Method
    let status: HTTPResponse.Status
  }

  /// The series of what was asked so far, so that none is looked up by its name.
  private final class Series: Sendable {
    private let active = Mutex<[HTTPRequest.Method: Meter]>([:])
    private let answered = Mutex<[Answer: (Counter, CoreMetrics.Timer)]>([:])

    func active(_ method: HTTPRequest.Method) -> Meter {
      active.withLock { known in
        if let meter = known[method] { return meter }
        let meter = Meter(
          label: "http.server.active_requests",
          dimensions: [("http.request.method", method.rawValue)])
        known[method] = meter
        return meter
      }
    }

    func answered(_ answer: Answer) -> (Counter, CoreMetrics.Timer) {
      answered.withLock { known in
        if let series = known[answer] { return series }
        let dimensions = [
          ("http.route", answer.route), ("http.request.method", answer.method.rawValue),
          ("http.response.status_code", "\(answer.status.code)"),
        ]
        let series = (
          Counter(label: "hb.requests", dimensions: dimensions),
          CoreMetrics.Timer(label: "http.server.request.duration", dimensions: dimensions)
        )
        known[answer] = series
        return series
      }
    }
  }
}
