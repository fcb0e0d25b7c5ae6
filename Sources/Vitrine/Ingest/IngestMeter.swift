/// Measures how fast an ingestion goes, and tells its observer ten times a second.
struct IngestMeter {
  /// The rate of late is that of these seconds.
  private static let window = 15.0

  var totalRows = 0
  private let report: @Sendable (IngestProgress) -> Void
  private let start = ContinuousClock.now
  private var shown: ContinuousClock.Instant?
  private var samples: [(time: Double, rows: Int, embedded: Int)] = [(0, 0, 0)]

  init(report: @escaping @Sendable (IngestProgress) -> Void) { self.report = report }

  /// Seconds since the start.
  var seconds: Double { (ContinuousClock.now - start).inSeconds }

  /// Products embedded per second since the start.
  func meanRate(_ embedded: Int) -> Double {
    let seconds = seconds
    return seconds > 0 ? Double(embedded) / seconds : 0
  }

  /// Tells the observer where the ingestion is, unless it was told a moment ago.
  mutating func show(_ phase: IngestProgress.Phase, _ counts: IngestReport, embedded: Int) {
    let now = ContinuousClock.now
    if phase == .embedding, let shown, now - shown < .milliseconds(100) { return }
    shown = now
    let time = (now - start).inSeconds
    if let last = samples.last, time - last.time >= 1 {
      samples.append((time, counts.rows, embedded))
      if samples.count > Int(IngestMeter.window) { samples.removeFirst() }
    }
    var progress = IngestProgress(phase: phase)
    progress.rows = counts.rows
    progress.totalRows = totalRows
    progress.embedded = embedded
    progress.rejected = counts.rejected
    let first = samples[0]
    if time > first.time {
      progress.imagesPerSecond = Double(embedded - first.embedded) / (time - first.time)
      let rows = Double(counts.rows - first.rows) / (time - first.time)
      if rows > 0 { progress.remaining = .seconds(Double(totalRows - counts.rows) / rows) }
    }
    report(progress)
  }
}

extension Duration {
  /// The duration in seconds.
  package var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
