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
  var total: Double { (.now - start) / .milliseconds(1) }

  /// Ends a stage that began when the one before it ended.
  mutating func finish(_ stage: String) {
    let now = ContinuousClock.now
    milliseconds[stage] = (now - last) / .milliseconds(1)
    last = now
  }
}
