import Foundation

/// The time of this process, in seconds.
package enum ProcessTime {
  /// Passed since some moment.
  package static var wall: Double { seconds(of: CLOCK_MONOTONIC) }

  /// Spent by all its threads on processors.
  package static var processor: Double { seconds(of: CLOCK_PROCESS_CPUTIME_ID) }

  private static func seconds(of clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
