import Dispatch
import Foundation
import Synchronization

/// What signals lead to. Each that was ever asked for keeps its source for as long as the process
/// runs: libdispatch puts its handler in place once, and would be deaf to a signal whose handler was
/// replaced after that.
enum Signals {
  /// What signals lead to, until it is ended.
  struct Handling: Sendable {
    fileprivate let id: Int
    fileprivate let numbers: [Int32]
    fileprivate let act: @Sendable (Int32) -> Void

    /// From here on they lead to what they did before.
    func end() { Signals.state.withLock { $0.handlings.removeAll { $0.id == id } } }
  }

  private struct State {
    var sources: [Int32: any DispatchSourceSignal] = [:]
    /// A stack: of those that see to a signal the last one counts.
    var handlings: [Handling] = []
    var lastID = 0
  }

  private static let state = Mutex(State())

  /// Has signals do this. Without any such they do what they do in every program.
  static func handle(
    _ numbers: [Int32], by act: @escaping @Sendable (Int32) -> Void
  ) -> Handling {
    state.withLock { state in
      state.lastID += 1
      let handling = Handling(id: state.lastID, numbers: numbers, act: act)
      state.handlings.append(handling)
      for number in numbers where state.sources[number] == nil {
        state.sources[number] = source(of: number)
      }
      return handling
    }
  }

  /// Ends the process as this signal does where nobody sees to it.
  static func end(by number: Int32) {
    signal(number, SIG_DFL)
    // To the process: the threads of the queue take no signals themselves.
    kill(getpid(), number)
  }

  private static func source(of number: Int32) -> any DispatchSourceSignal {
    let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
    source.setEventHandler { arrived(number) }
    #if os(macOS)
      // There a source only looks on. Where it has a handler of its own this would undo it.
      signal(number, SIG_IGN)
    #endif
    source.resume()
    return source
  }

  private static func arrived(_ number: Int32) {
    if let last = state.withLock({ $0.handlings.last { $0.numbers.contains(number) } }) {
      last.act(number)
    } else if number != SIGWINCH, number != SIGCONT {
      // Those two end nothing by themselves.
      end(by: number)
    }
  }
}
