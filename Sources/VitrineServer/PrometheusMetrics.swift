public import CoreMetrics
import Synchronization

/// Keeps the metrics of the process and writes them in Prometheus' text format (0.0.4).
///
/// Durations become histograms in seconds, from a millisecond to ten seconds.
public final class PrometheusMetrics: MetricsFactory {
  private let series = Mutex<[String: Series]>([:])
  /// The same by the words they are asked for with, which saves putting these into the right form.
  private let known = Mutex<[String: Series]>([:])

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

  /// A gauge that goes up and down.
  public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    find(label, dimensions, "gauge")
  }

  /// A timer, in seconds.
  public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    find(label + "_seconds", dimensions, "histogram")
  }

  /// Series live as long as the process.
  public func destroyCounter(_ handler: any CounterHandler) {}
  /// Series live as long as the process.
  public func destroyRecorder(_ handler: any RecorderHandler) {}
  /// Series live as long as the process.
  public func destroyTimer(_ handler: any TimerHandler) {}
  /// Series live as long as the process.
  public func destroyMeter(_ handler: any MeterHandler) {}

  private func find(_ label: String, _ dimensions: [(String, String)], _ kind: String) -> Series {
    let asked = dimensions.reduce(into: label) { $0 += "\n\($1.0)\n\($1.1)" }
    if let known = known.withLock({ $0[asked] }) { return known }
    let made = Series(label, dimensions, kind)
    let kept = series.withLock { all in
      if let earlier = all[made.key] { return earlier }
      all[made.key] = made
      return made
    }
    known.withLock { $0[asked] = kept }
    return kept
  }
}

/// The lines of one name and one set of labels.
private final class Series: CounterHandler, RecorderHandler, TimerHandler, MeterHandler {
  private struct State {
    var sum = 0.0
    var count = 0
    /// How many values were at most each of ``bounds``, those of lower bounds not included.
    var buckets = [Int](repeating: 0, count: Series.bounds.count)
  }

  private static let bounds = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  ]

  let name: String
  let kind: String
  let key: String
  private let labels: [String]
  private let state = Mutex(State())

  init(_ label: String, _ dimensions: [(String, String)], _ kind: String) {
    name = plain(label)
    self.kind = kind
    labels = dimensions.map { "\(plain($0))=\"\(escaped($1))\"" }
    key = name + labels.joined(separator: ",")
  }

  var lines: String {
    let state = state.withLock { $0 }
    switch kind {
    case "histogram":
      var below = 0
      let buckets = zip(Series.bounds, state.buckets).map { bound, count in
        below += count
        return line("_bucket", "\(below)", "le=\"\(bound)\"")
      }
      return buckets.joined() + line("_bucket", "\(state.count)", "le=\"+Inf\"")
        + line("_sum", "\(state.sum)") + line("_count", "\(state.count)")
    case "summary": return line("_sum", "\(state.sum)") + line("_count", "\(state.count)")
    default: return line("", "\(state.sum)")
    }
  }

  private func line(_ suffix: String, _ value: String, _ label: String? = nil) -> String {
    let all = labels + (label.map { [$0] } ?? [])
    return name + suffix + (all.isEmpty ? "" : "{\(all.joined(separator: ","))}") + " \(value)\n"
  }

  func increment(by amount: Int64) { add(Double(amount)) }
  func increment(by amount: Double) { add(amount) }
  func decrement(by amount: Double) { add(-amount) }
  func set(_ value: Int64) { set(Double(value)) }
  func set(_ value: Double) { state.withLock { $0.sum = value } }
  func reset() { state.withLock { $0 = State() } }
  func record(_ value: Int64) { record(Double(value)) }
  func record(_ value: Double) { if kind == "gauge" { set(value) } else { add(value) } }
  func recordNanoseconds(_ duration: Int64) { add(Double(duration) / 1e9) }

  private func add(_ amount: Double) {
    state.withLock { state in
      state.sum += amount
      state.count += 1
      if let bucket = Series.bounds.firstIndex(where: { amount <= $0 }) {
        state.buckets[bucket] += 1
      }
    }
  }
}

/// A name as Prometheus takes it: what is not a letter or digit becomes an underscore.
private func plain(_ name: String) -> String {
  String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
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
