internal import Dispatch
import Synchronization

/// Runs `body` on `threads` threads, each of which takes `size` of a range at a time.
func inParallel(
  _ range: Range<Int>, by size: Int, threads: Int, _ body: @Sendable (Range<Int>) -> Void
) {
  guard threads > 1, range.count > size else { return body(range) }
  let next = Atomic(range.lowerBound)
  DispatchQueue.concurrentPerform(iterations: threads) { _ in
    while true {
      let start = next.wrappingAdd(size, ordering: .relaxed).oldValue
      guard start < range.upperBound else { break }
      body(start..<min(range.upperBound, start + size))
    }
  }
}
