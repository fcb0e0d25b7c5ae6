public import CoreMetrics
import Synchronization

/// Keeps the metrics of the process and writes them in Prometheus' text format (0.0.4).
///
/// Durations become summaries of count and sum in seconds: enough for rates and means, without
/// guessing at buckets.
public final class PrometheusMetrics: MetricsFactory {
  private let series = Mutex<[String: Series]>([:])

  /// An empty registry; hand it to `MetricsSystem.bootstrap` once per process.
  public init() {}

  /// All series, sorted by name.
  public var text: String {
    let all = series.withLock { $0.sorted { $0.key < $1.key } }
    var page = ""
    var lastName = ""
    for (_, series) in all {
      if series.name != lastName {
        page += "# TYPE \(series.name) \(series.kind)\n"
        lastName = series.name
      }
      page += series.lines
    }
    return page
  }

  /// A counter that only grows.
  public func makeCounter(
    label: String, dimensions: [(String, String)]
  ) -> any CounterHandler {
    find(label, dimensions, "counter")
  }

  /// A gauge, which keeps the last value, or a recorder, which counts and sums.
  public func makeRecorder(
    label: String, dimensions: [(String, String)], aggregate: Bool
  ) -> any RecorderHandler {
    find(label, dimensions, aggregate ? "summary" : "gauge")
  }

  /// A timer, in seconds.
  public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    find(label + "_seconds", dimensions, "summary")
  }

  /// Series live as long as the process.
  public func destroyCounter(_ handler: any CounterHandler) {}
  /// Series live as long as the process.
  public func destroyRecorder(_ handler: any RecorderHandler) {}
  /// Series live as long as the process.
  public func destroyTimer(_ handler: any TimerHandler) {}

  private func find(_ label: String, _ dimensions: [(String, String)], _ kind: String) -> Series {
    let made = Series(label, dimensions, kind)
    return series.withLock { all in
      if let known = all[made.key] { return known }
      all[made.key] = made
      return made
    }
  }
}

/// One line (or two) of the page.
private final class Series: CounterHandler, RecorderHandler, TimerHandler {
  let name: String
  let kind: String
  let key: String
  private let labels: String
  private let state = Mutex((sum: 0.0, count: 0))

  init(_ label: String, _ dimensions: [(String, String)], _ kind: String) {
    let name = String(label.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    let labels = dimensions.map { "\($0)=\"\(escaped($1))\"" }.joined(separator: ",")
    self.name = name
    self.kind = kind
    self.labels = labels.isEmpty ? "" : "{\(labels)}"
    key = name + self.labels
  }

  var lines: String {
    let (sum, count) = state.withLock { $0 }
    return kind == "summary"
      ? "\(name)_sum\(labels) \(sum)\n\(name)_count\(labels) \(count)\n"
      : "\(name)\(labels) \(sum)\n"
  }

  func increment(by amount: Int64) { add(Double(amount)) }
  func reset() { state.withLock { $0 = (0, 0) } }
  func record(_ value: Int64) { record(Double(value)) }
  func recordNanoseconds(_ duration: Int64) { add(Double(duration) / 1e9) }

  func record(_ value: Double) {
    if kind == "gauge" { state.withLock { $0.sum = value } } else { add(value) }
  }

  private func add(_ amount: Double) {
    state.withLock { $0 = ($0.sum + amount, $0.count + 1) }
  }
}

private func escaped(_ value: String) -> String {
  value.flatMap { character -> [Character] in
    switch character {
    case "\\": ["\\", "\\"]
    case "\"": ["\\", "\""]
    case "\n": ["\\", "n"]
    default: [character]
    }
  }.reduce(into: "") { $0.append($1) }
}
