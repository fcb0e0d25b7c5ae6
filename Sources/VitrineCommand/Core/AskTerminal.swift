import Foundation

/// Puts a question to the terminal of this process and gives what it answers up to the attributes
/// that every terminal tells, or what comes within a fifth of a second.
func askTerminal(_ question: String) -> String {
  var usual = termios()
  guard tcgetattr(STDIN_FILENO, &usual) == 0 else { return "" }
  // Unless lines are left alone the answer would be shown, and wait for the Enter key.
  var raw = usual
  cfmakeraw(&raw)
  guard tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0 else { return "" }
  defer { tcsetattr(STDIN_FILENO, TCSANOW, &usual) }
  guard (try? FileHandle.standardOutput.write(contentsOf: Data(question.utf8))) != nil else {
    return ""
  }
  var answer: [UInt8] = []
  var coming = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
  while answer.count < 256, poll(&coming, 1, 200) == 1 {
    var byte: UInt8 = 0
    guard read(STDIN_FILENO, &byte, 1) == 1 else { break }
    answer.append(byte)
    if byte == UInt8(ascii: "c"), answer.contains(UInt8(ascii: "?")) { break }
  }
  return String(decoding: answer, as: UTF8.self)
}
