import CoreMetrics
import Foundation
import HTTPTypes
import Hummingbird
import Synchronization

/// Counts requests and their durations by route, index, method and status.
///
/// Hummingbird's own middleware waits for the body to be written, for which it has the body sent in a
/// packet of its own.
struct MetricsMiddleware<Context: RequestContext>: RouterMiddleware {
  /// The names of the indexes that there are: others, of which there is no end, are not counted apart.
  let indexes: Set<String>
  private let instruments = Instruments()

  init(indexes: some Sequence<String>) { self.indexes = Set(indexes) }

  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    let start = ContinuousClock.now
    let active = instruments.active(request.method)
    active.increment()
    defer { active.decrement() }
    let response = try await next(request, context)
    let (requests, durations) = instruments.answered(
      Answer(
        route: context.endpointPath ?? "Unknown", index: index(in: request.uri.path),
        method: request.method, status: response.status))
    requests.increment()
    durations.recordNanoseconds(Int64((ContinuousClock.now - start) / .nanoseconds(1)))
    return response
  }

  /// The index that a path names, if there is such an index.
  private func index(in path: String) -> String? {
    let all = "/v1/indexes/"
    guard path.hasPrefix(all) else { return nil }
    let name = String(path.dropFirst(all.count).prefix { $0 != "/" })
    if indexes.contains(name) { return name }
    return name.removingPercentEncoding.flatMap { indexes.contains($0) ? $0 : nil }
  }

  private struct Answer: Hashable {
    let route: String
    let index: String?
    let method: HTTPRequest.Method
    let status: HTTPResponse.Status
  }

  /// The series of what was asked so far, so that none is looked up by its name.
  private final class Instruments: Sendable {
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
        if let pair = known[answer] { return pair }
        var dimensions = [
          ("http.route", answer.route), ("http.request.method", answer.method.rawValue),
          ("http.response.status_code", "\(answer.status.code)"),
        ]
        if let index = answer.index { dimensions.append(("index", index)) }
        let pair = (
          Counter(label: "vitrine.http.requests", dimensions: dimensions),
          CoreMetrics.Timer(label: "http.server.request.duration", dimensions: dimensions)
        )
        known[answer] = pair
        return pair
      }
    }
  }
}
