import Synchronization

/// Keeps what is written, and a clock that steps by a second at every look.
final class Recorder: Sendable {
  private let state = Mutex((text: "", seconds: 0))

  var text: String { state.withLock { $0.text } }

  func add(_ more: String) { state.withLock { $0.text += more } }

  func tick() -> Duration {
    state.withLock { state in
      state.seconds += 1
      return .seconds(state.seconds)
    }
  }
}
