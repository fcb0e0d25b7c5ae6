import Foundation

/// This program run again with a command of its own.
final class Child {
  private let process = Process()
  private let output = Pipe()

  init(_ command: String, _ path: String) throws {
    process.executableURL = Bundle.main.executableURL
    process.arguments = [command, path]
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
  }

  /// Whether it has not ended yet.
  var isRunning: Bool { process.isRunning }

  /// Lets it run for so long, then kills it; returns what it printed.
  func kill(after seconds: Double) -> [String] {
    Thread.sleep(forTimeInterval: seconds)
    Foundation.kill(process.processIdentifier, SIGKILL)
    return finish().lines
  }

  /// Waits for its end; returns what it printed, and the signal that ended it, if one did.
  func finish() -> (lines: [String], signal: Int32?) {
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    let signal = process.terminationReason == .uncaughtSignal ? process.terminationStatus : nil
    return (lines, signal)
  }

  /// The verdict of a child on an index.
  static func inspect(_ path: String) throws -> Verdict {
    let (lines, signal) = try Child("inspect", path).finish()
    if let signal { return .crashed(signal: signal) }
    return lines.first.map(Verdict.init) ?? .wrong("the inspection said nothing")
  }
}
