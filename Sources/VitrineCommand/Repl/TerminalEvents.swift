import Foundation

/// What happens at the terminal while a line is edited, told to the thread that edits it. libedit would handle
/// signals on whichever thread one comes to, while it is at work on another.
///
/// Used by that thread; signals come in on others.
final class TerminalEvents {
  enum Event {
    /// A key can be read, or the terminal is gone.
    case key
    case resized
    /// Somebody else has had the terminal meanwhile.
    case continued
  }

  /// A pipe: what signals write, the editing thread reads.
  private let (reading, writing): (Int32, Int32)
  private let handling: Signals.Handling

  /// Nil if the system gives no pipe.
  init?() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    let (reading, writing) = (ends[0], ends[1])
    (self.reading, self.writing) = (reading, writing)
    for end in ends {
      // A signal that nobody waits for any more must not wait itself, nor reach other programs.
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    handling = Signals.handle([SIGWINCH, SIGCONT]) { number in
      var byte = UInt8(truncatingIfNeeded: number)
      _ = write(writing, &byte, 1)
    }
  }

  deinit {
    handling.end()
    close(reading)
    close(writing)
  }

  /// Waits for the next event.
  func next() -> Event {
    while true {
      var waiting = [STDIN_FILENO, reading].map {
        pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
      }
      guard poll(&waiting, 2, -1) >= 0 else {
        if errno == EINTR { continue }
        return .key
      }
      var byte: UInt8 = 0
      if waiting[1].revents != 0, read(reading, &byte, 1) == 1 {
        return Int32(byte) == SIGCONT ? .continued : .resized
      }
      if waiting[0].revents != 0 { return .key }
    }
  }

  /// Runs work that changes how the terminal behaves, and restores that should the process be ended
  /// meanwhile. Ctrl-C ends none: what it does is up to who runs the conversation.
  static func restoring<R>(_ work: () -> R) -> R {
    var modes = termios()
    guard tcgetattr(STDIN_FILENO, &modes) == 0 else { return work() }
    let handling = Signals.handle([SIGTERM, SIGHUP]) { [modes] number in
      var modes = modes
      tcsetattr(STDIN_FILENO, TCSANOW, &modes)
      Signals.end(by: number)
    }
    defer { handling.end() }
    return work()
  }
}
