public import CoreMetrics
import Synchronization

/// Keeps the metrics of the process and writes them in Prometheus' text format (0.0.4).
///
/// Durations become histograms in seconds, from a millisecond to ten seconds.
public final class PrometheusMetrics: MetricsFactory {
  private let series = Mutex<[String: PrometheusSeries]>([:])
  /// The same by the words they are asked for with, which saves putting these into the right form.
  private let known = Mutex<[String: PrometheusSeries]>([:])

  /// What the names mean that this package counts under: `swift-metrics` has no place to say it.
  private static let help = [
    "http_server_active_requests": "Requests that are being answered.",
    "http_server_request_duration_seconds": "Time from a request's header to its answer.",
    "vitrine_http_malformed_requests_total": "What was refused because it is no proper HTTP.",
    "vitrine_http_requests_total": "Requests that were answered.",
    "vitrine_search_duration_seconds": "Time that searches took, by the way through the index.",
    "vitrine_searches_total": "Searches, by the way through the index.",
  ]

  /// An empty registry; hand it to `MetricsSystem.bootstrap` once per process.
  public init() {}

  /// All series, sorted by name.
  public var text: String {
    let all = series.withLock { $0.sorted { $0.key < $1.key } }
    var page = ""
    var lastName = ""
    for (_, series) in all {
      if series.name != lastName {
        if let help = Self.help[series.name] { page += "# HELP \(series.name) \(help)\n" }
        page += "# TYPE \(series.name) \(series.kind.rawValue)\n"
        lastName = series.name
      }
      page += series.lines
    }
    return page
  }

  /// A counter that only grows, whose name ends as Prometheus wants it: `_total`.
  public func makeCounter(
    label: String, dimensions: [(String, String)]
  ) -> any CounterHandler {
    find(label.hasSuffix("total") ? label : label + "_total", dimensions, .counter)
  }

  /// A gauge, which keeps the last value, or a recorder, which counts and sums.
  public func makeRecorder(
    label: String, dimensions: [(String, String)], aggregate: Bool
  ) -> any RecorderHandler {
    find(label, dimensions, aggregate ? .summary : .gauge)
  }

  /// A gauge that goes up and down.
  public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    find(label, dimensions, .gauge)
  }

  /// A timer, in seconds.
  public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    find(label + "_seconds", dimensions, .histogram)
  }

  /// Series live as long as the process.
  public func destroyCounter(_ handler: any CounterHandler) {}
  /// Series live as long as the process.
  public func destroyRecorder(_ handler: any RecorderHandler) {}
  /// Series live as long as the process.
  public func destroyTimer(_ handler: any TimerHandler) {}
  /// Series live as long as the process.
  public func destroyMeter(_ handler: any MeterHandler) {}

  private func find(
    _ label: String, _ dimensions: [(String, String)], _ kind: PrometheusSeries.Kind
  ) -> PrometheusSeries {
    let asked = dimensions.reduce(into: label) { $0 += "\n\($1.0)\n\($1.1)" }
    if let known = known.withLock({ $0[asked] }) { return known }
    let made = PrometheusSeries(label, dimensions, kind)
    let kept = series.withLock { all in
      if let earlier = all[made.key] { return earlier }
      all[made.key] = made
      return made
    }
    known.withLock { $0[asked] = kept }
    return kept
  }
}
