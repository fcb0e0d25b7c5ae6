import Foundation
import LMDB
import Testing
import TestSupport

@Suite struct OpeningTests {
  private let directory = TemporaryDirectory()

  #if os(Linux)
    @Test func `A directory that is removed while open keeps its identity from new ones`() throws {
      let path = directory.appending("removed")
      let environment = try Environment(path: path)
      try FileManager.default.removeItem(atPath: path)
      let held = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
      }
      #expect(held.contains { $0.hasSuffix("/removed (deleted)") })
      withExtendedLifetime(environment) {}
    }
  #endif

  @Test func `A directory is opened once per process, by whatever name`() throws {
    let link = directory.appending("link")
    let index = directory.appending("index")
    try FileManager.default.createDirectory(atPath: index, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: index)
    do {
      let environment = try Environment(path: index)
      for name in [index, link, index + "/../index/."] {
        #expect(errorOfOpening(name)?.code == .alreadyOpen)
      }
      try environment.fillWithSamples(count: 8)
    }
    let environment = try Environment(path: link)
    #expect(try environment.scanEverything() == 9)
  }

  @Test func `What has been preloaded reads as before, and may be written`() throws {
    let environment = try Environment(path: directory.path)
    environment.preload()
    try environment.fillWithSamples(count: 8)
    environment.preload()
    #expect(try environment.scanEverything() == 9)
  }

  @Test func `What is not there is not opened for reading`() throws {
    #expect(errorOfOpening(directory.appending("none"), readOnly: true)?.code == .notFound)
    #expect(errorOfOpening(directory.path, readOnly: true)?.code == .notFound)
    #expect(errorOfOpening(directory.appending("none/below"))?.code == .notFound)
    let file = directory.appending("file")
    try Data("text".utf8).write(to: URL(fileURLWithPath: file))
    #expect(errorOfOpening(file)?.code == .notFound)
  }

  @Test func `A file of another kind is refused`() throws {
    let file = URL(fileURLWithPath: directory.appending("data.mdb"))
    for content in ["x", String(repeating: "not a database ", count: 2000)] {
      try Data(content.utf8).write(to: file)
      let error = errorOfOpening(directory.path)
      #expect(error?.code == .invalid)
      #expect(error?.description.contains("data.mdb: it is not an LMDB data file") == true)
    }
  }

  @Test func `A newer format and another page size are refused in words`() throws {
    try Environment(path: directory.path).fillWithSamples(count: 8)
    let file = try DataFileBytes(directory)
    let pageSize = Int(getpagesize())
    try file.write { data in
      for meta in [0, pageSize] { data[meta + 20] = 2 }
    }
    #expect(errorOfOpening(directory.path)?.code == .versionMismatch)
    try file.write { data in
      for meta in [0, pageSize] {
        withUnsafeBytes(of: UInt32(2 * pageSize)) { bytes in
          data.replaceSubrange(meta + 40..<meta + 44, with: bytes)
        }
      }
    }
    let error = errorOfOpening(directory.path)
    #expect(error?.code == .pageSizeMismatch)
    #expect(error?.reason.contains("\(2 * pageSize) bytes") == true)
  }

  @Test func `An environment opened for reading reads and refuses to write`() throws {
    try Environment(path: directory.path).fillWithSamples(count: 8)
    var options = Environment.Options()
    options.readOnly = true
    let environment = try Environment(path: directory.path, options: options)
    #expect(try environment.scanEverything() == 9)
    #expect(throws: LMDBError.self) {
      try environment.write { (_: borrowing WriteTransaction) in }
    }
  }

  @Test func `Without rights, an index is read when nobody has it open and else refused`() throws {
    try Environment(path: directory.path).fillWithSamples(count: 8)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o555], ofItemAtPath: directory.path)
    let locked = try OtherProcess("open-unprivileged", directory.path).remainingLines()
    #expect(locked.first?.contains("need permission to write it") == true)
    #expect(locked.last?.contains("the directory is not writable") == true)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: directory.path)
    try FileManager.default.removeItem(atPath: directory.appending("lock.mdb"))
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o555], ofItemAtPath: directory.path)
    let unlocked = try OtherProcess("open-unprivileged", directory.path).remainingLines()
    #expect(unlocked.first == #"opened ["large", "small"]"#)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: directory.path)
  }

  @Test func `More databases than the options allow are an error, not a trap`() throws {
    try Environment(path: directory.path).fillWithSamples(count: 8)
    var options = Environment.Options()
    options.maxDatabases = 1
    #expect(throws: LMDBError.self) { try Environment(path: directory.path, options: options) }
  }
}
