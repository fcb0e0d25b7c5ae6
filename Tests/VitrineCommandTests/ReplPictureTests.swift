import Foundation
import TestSupport
import Testing

/// Photographs that the REPL hands to another program.
@Suite struct ReplPictureTests {
  @Test func `a photograph is handed to a viewer, and told where that fails`() throws {
    #if os(macOS)
      let viewer = "open"
    #else
      let viewer = "xdg-open"
    #endif
    let scratch = TemporaryDirectory()
    let index = try scratch.index(4)
    let shown = scratch.path + "/shown.jpg"
    func open(with script: String?) throws -> Tool.Outcome {
      let program = scratch.path + "/bin/" + viewer
      try? FileManager.default.removeItem(atPath: program)
      if let script {
        _ = try scratch.write("#!/bin/sh\n\(script)\n", to: "bin/\(viewer)")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
      }
      return try Tool.repl(
        index, ":open V1003",
        environment: ["PATH": scratch.path + "/bin", "TMPDIR": scratch.path])
    }
    let well = try open(with: "/bin/cp \"$1\" '\(shown)'")
    #expect(well.status == 0, "\(well.notes)")
    let photograph = Tool.photograph("V1003")
    #expect(FileManager.default.contentsEqual(atPath: shown, andPath: photograph))
    let failing = try open(with: "exit 3")
    #expect(failing.status == 1)
    #expect(failing.notes.hasSuffix("V1003.jpg ended with exit code 3\n"), "\(failing.notes)")
    let missing = try open(with: nil)
    #expect(missing.status == 1)
    #expect(missing.notes.contains("there is no program \(viewer)"), "\(missing.notes)")
  }

  @Test func `a picture that is looked at takes no other file's place`() throws {
    let scratch = TemporaryDirectory()
    let index = try scratch.index(4)
    let precious = FileManager.default.temporaryDirectory.appending(path: "V1003.jpg")
    try Data("precious".utf8).write(to: precious)
    defer { try? FileManager.default.removeItem(at: precious) }
    let run = try Tool.repl(index, ":open V1003")
    #expect(run.notes.isEmpty || run.notes.contains("xdg-open"))
    #expect(try Data(contentsOf: precious) == Data("precious".utf8))
  }
}
