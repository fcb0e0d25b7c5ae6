import Foundation
import Testing
import TestSupport

/// The built executable, run as a user runs it.
struct Tool {
  /// How a run ended and what it wrote.
  struct Outcome {
    let status: Int32
    let output: String
    let notes: String

    /// The output as a JSON object.
    func json() throws -> [String: Any] {
      let value = try JSONSerialization.jsonObject(with: Data(output.utf8))
      return try #require(value as? [String: Any])
    }
  }

  /// The root of the package.
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  /// The model that ships.
  static let model = root.appending(path: "Sources/BundledModel/model").path
  /// The package manager puts the executable beside the tests.
  static let path = Bundle.main.executableURL.map {
    $0.resolvingSymlinksInPath().deletingLastPathComponent().appending(path: "vitrine").path
  }

  /// Runs the tool in a folder of its own with these arguments and lines of input.
  static func run(
    _ arguments: [String], input: String = "", environment: [String: String] = [:],
    at path: String? = Tool.path
  ) throws -> Outcome {
    let path = try #require(path)
    let process = Process()
    let (output, notes, typed) = (Pipe(), Pipe(), Pipe())
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.environment = ["PATH": "/usr/bin:/bin", "VITRINE_MODEL": model, "LC_ALL": "C.UTF-8"]
      .merging(environment) { $1 }
    process.standardOutput = output
    process.standardError = notes
    process.standardInput = typed
    try process.run()
    try typed.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try typed.fileHandleForWriting.close()
    // What is noted fits into a pipe, so that reading one after the other cannot block.
    let written = try output.fileHandleForReading.readToEnd() ?? Data()
    let noted = try notes.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, output: String(decoding: written, as: UTF8.self),
      notes: String(decoding: noted, as: UTF8.self))
  }

  /// Runs the REPL on an index, with these lines typed into a pipe.
  static func repl(
    _ index: String, _ lines: String, options: [String] = [], environment: [String: String] = [:]
  ) throws -> Outcome {
    try run(["repl", "--index", index] + options, input: lines + "\n", environment: environment)
  }

  /// The photograph of a product of the sample catalogue.
  static func photograph(_ id: String) -> String {
    root.appending(path: "Tools/sample-catalogue/images/\(id).jpg").path
  }
}

extension TemporaryDirectory {
  /// The first products of the sample catalogue, whose pictures stay where they are.
  func sample(_ count: Int) throws -> (catalogue: String, images: String) {
    let folder = Tool.root.appending(path: "Tools/sample-catalogue")
    let text = try String(contentsOf: folder.appending(path: "catalogue.csv"), encoding: .utf8)
    let lines = text.split(separator: "\n").prefix(count + 1).joined(separator: "\n")
    return (try write(lines + "\n", to: "catalogue.csv"), folder.path)
  }

  /// An index of so many products, made by the tool.
  func index(_ count: Int = 24) throws -> String {
    let (catalogue, images) = try sample(count)
    let index = path + "/index"
    let made = try Tool.run(["index", catalogue, "--images", images, "--index", index])
    try #require(made.status == 0, "\(made.notes)")
    return index
  }
}
