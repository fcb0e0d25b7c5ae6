internal import Metrics
import Synchronization

/// The metrics of searches by the way they took. They are kept: to look one up by its name takes
/// longer than to count.
final class SearchMeters: Sendable {
  private let known = Mutex<[String: (duration: Metrics.Timer, count: Counter)]>([:])

  func count(_ response: SearchResponse) {
    let meters = known.withLock { known in
      if let meters = known[response.path] { return meters }
      let path = [("path", response.path)]
      let made = (
        Metrics.Timer(label: "vitrine_search_duration", dimensions: path),
        Counter(label: "vitrine_searches", dimensions: path)
      )
      known[response.path] = made
      return made
    }
    meters.duration.recordMilliseconds(response.tookMs)
    meters.count.increment()
  }
}
