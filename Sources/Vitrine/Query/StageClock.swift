/// Measures the stages of a query.
struct StageClock {
  private(set) var milliseconds: [String: Double] = [:]
  private let start: ContinuousClock.Instant
  private var last: ContinuousClock.Instant

  init() {
    start = .now
    last = start
  }

  /// The time since the clock was made.
  var total: Double { Self.milliseconds(.now - start) }

  /// Ends a stage that began when the one before it ended.
  mutating func finish(_ stage: String) {
    let now = ContinuousClock.now
    milliseconds[stage] = Self.milliseconds(now - last)
    last = now
  }

  static func milliseconds(_ duration: Duration) -> Double {
    let (seconds, attoseconds) = duration.components
    return Double(seconds) * 1e3 + Double(attoseconds) / 1e15
  }
}
