import ArgumentParser
import Foundation
import Vitrine

struct VerifyCommand: WorkspaceCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check a whole index.",
    discussion: """
      Reads all pages and blocks and compares their checksums, walks the graph, looks whether products \
      and vectors agree, and makes anew from the products what filters and words are looked up in, \
      which takes about as long as storing them did. Exit code 1 if anything is not as it should be.

      Example:

        vitrine verify --index Indexes/shop
      """)

  @OptionGroup var index: IndexOptions
  @OptionGroup var output: OutputOptions

  func run(in workspace: Workspace) async throws {
    let console = workspace.console
    let engine = try workspace.engine(at: index.path(in: console), readOnly: true)
    let start = console.now()
    console.say("Reading all of \(engine.path)")
    let progress = Progress(console: console)
    let findings = try await workspace.stoppable {
      defer { progress.finish() }
      return try await engine.verify { progress.update("Comparing products", done: $0, of: $1) }
    }
    if output.json {
      try console.printJSON(findings)
    } else if findings.isEmpty {
      console.print("Everything is in order (\((console.now() - start).inWords)).")
    } else {
      console.print(findings.map(\.description))
    }
    if !findings.isEmpty { throw ExitCode.failure }
  }
}

struct CompactCommand: WorkspaceCommand {
  static let configuration = CommandConfiguration(
    commandName: "compact", abstract: "Put an index in order, without what was deleted.",
    discussion: """
      Writes the index anew, with products that look alike side by side, without what was deleted \
      or replaced, and without attributes that no product has any more, and exchanges the two at \
      once; others may search meanwhile. Searches are quicker afterwards, the first after a start \
      most of all. Needs as much free disk as the index is large. `vitrine index` does the same, but \
      for the attributes, when it has filled a large index.

      Example:

        vitrine compact --index Indexes/shop
      """)

  @OptionGroup var index: IndexOptions
  @OptionGroup var output: OutputOptions

  func run(in workspace: Workspace) async throws {
    let console = workspace.console
    let engine = try workspace.engine(at: index.path(in: console))
    console.say("Writing \(engine.path) anew")
    let progress = Progress(console: console)
    let report = try await workspace.stoppable {
      defer { progress.finish() }
      return try await engine.compact { progress.update("Writing products", done: $0, of: $1) }
    }
    if output.json { return try console.printJSON(report) }
    console.print(
      "\(Numbers.bytes(report.bytesBefore)) before, \(Numbers.bytes(report.bytesAfter)) now")
    if !report.droppedAttributes.isEmpty {
      console.print("No product has \(report.droppedAttributes.joined(separator: ", ")) any more.")
    }
  }
}
