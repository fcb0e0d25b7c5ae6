import Foundation
import Testing

/// Short runs of what `Tools/durability` does at length.
@Suite(.serialized) struct DurabilityTests {
  static let checks = [
    ("kill", 10), ("watch", 200), ("resume", 10), ("compact", 10), ("follow", 1), ("cut", 20),
    ("flip", 60), ("flip-shop", 40), ("full", 4),
  ]

  @Test(arguments: checks)
  func `An index survives being broken into, or says so`(check: String, count: Int) throws {
    let seed = UInt64.random(in: 1...1_000_000)
    let process = Process()
    let output = Pipe()
    process.executableURL = Self.executable
    process.arguments = [check, String(count), String(seed)]
    process.standardOutput = output
    try process.run()
    let report = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(check) \(count) \(seed):\n\(report)")
  }

  /// Beside the tests, wherever they were built.
  private static var executable: URL {
    let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }
    let folder = bundle?.bundleURL.deletingLastPathComponent() ?? Bundle.main.bundleURL
    return folder.appendingPathComponent("DurabilityCheck")
  }
}
