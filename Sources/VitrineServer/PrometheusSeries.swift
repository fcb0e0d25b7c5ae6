import CoreMetrics
import Synchronization

/// The lines of one name and one set of labels.
final class PrometheusSeries: CounterHandler, RecorderHandler, TimerHandler, MeterHandler {
  enum Kind: String {
    case counter, gauge, histogram, summary
  }

  private struct State {
    var sum = 0.0
    var count = 0
    /// How many values were at most each of ``bounds``, those of lower bounds not included.
    var buckets = [Int](repeating: 0, count: PrometheusSeries.bounds.count)
  }

  private static let bounds = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  ]

  let name: String
  let kind: Kind
  let key: String
  private let labels: [String]
  private let state = Mutex(State())

  init(_ label: String, _ dimensions: [(String, String)], _ kind: Kind) {
    name = plain(label)
    self.kind = kind
    labels = dimensions.map { "\(plain($0))=\"\(escaped($1))\"" }
    key = name + labels.joined(separator: ",")
  }

  var lines: String {
    let state = state.withLock { $0 }
    switch kind {
    case .histogram:
      var below = 0
      let buckets = zip(PrometheusSeries.bounds, state.buckets).map { bound, count in
        below += count
        return line("_bucket", "\(below)", "le=\"\(bound)\"")
      }
      return buckets.joined() + line("_bucket", "\(state.count)", "le=\"+Inf\"")
        + line("_sum", "\(state.sum)") + line("_count", "\(state.count)")
    case .summary: return line("_sum", "\(state.sum)") + line("_count", "\(state.count)")
    case .counter, .gauge: return line("", "\(state.sum)")
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
  func record(_ value: Double) { if kind == .gauge { set(value) } else { add(value) } }
  func recordNanoseconds(_ duration: Int64) { add(Double(duration) / 1e9) }

  private func add(_ amount: Double) {
    state.withLock { state in
      state.sum += amount
      state.count += 1
      if let bucket = PrometheusSeries.bounds.firstIndex(where: { amount <= $0 }) {
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
