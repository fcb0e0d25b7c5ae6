import Foundation
import LMDB
import Testing
import TestSupport

@Suite struct ReplacementTests {
  private let directory = TemporaryDirectory()

  private func value(_ environment: Environment) throws -> [UInt8]? {
    try environment.read { (txn: borrowing ReadTransaction) in
      guard let database = try txn.database(named: "values") else { return nil }
      return try txn.get(in: database, for: "value")
    }
  }

  private func store(_ byte: UInt8, in environment: Environment) throws {
    try environment.write { (txn: borrowing WriteTransaction) in
      try txn.put([byte], in: try txn.createDatabase(named: "values"), for: "value")
    }
  }

  /// What is said where an environment cannot be replaced; nil where it can.
  private func refusal(in environment: Environment) throws -> String? {
    try environment.write { (txn: borrowing WriteTransaction) in
      do { _ = try txn.makeReplacement() } catch { return "\(error)" }
      return nil
    }
  }

  @Test func `A replaced environment is read to the end and not written any more`() throws {
    let path = directory.appending("index")
    let old = try Environment(path: path)
    try store(1, in: old)
    #expect(!old.isReplaced)
    try old.read { (txn: borrowing ReadTransaction) in
      let replacement = directory.appending("replacement")
      try store(2, in: try Environment(path: replacement))
      let replacing = OtherThread {
        try old.write { (txn: borrowing WriteTransaction) in
          try txn.replaceEnvironment(with: replacement)
        }
      }
      try replacing.finish()
      let database = try #require(try txn.database(named: "values"))
      #expect(try txn.get(in: database, for: "value") == [1])
      #expect(!FileManager.default.fileExists(atPath: replacement))
    }
    #expect(old.isReplaced)
    #expect(try value(old) == [1])
    do {
      try store(3, in: old)
      Issue.record("a write went where nobody will read it")
    } catch let error as LMDBError {
      #expect(error.code == .replaced)
    }
    let new = try Environment(path: path)
    #expect(try value(new) == [2])
    try store(4, in: new)
    #expect(try value(new) == [4])
    #expect(try value(old) == [1])
  }

  @Test func `An environment whose files were deleted or exchanged refuses to write`() throws {
    let path = directory.appending("index")
    let environment = try Environment(path: path)
    try store(1, in: environment)
    try environment.write { (txn: borrowing WriteTransaction) in txn.deleteFiles() }
    #expect(environment.isReplaced)
    #expect(try value(environment) == [1])
    #expect(throws: LMDBError.self) { try store(2, in: environment) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: path).isEmpty)
  }

  @Test func `What was replaced is deleted before anything new is put there`() throws {
    let path = directory.appending("index")
    let environment = try Environment(path: path)
    try store(1, in: environment)
    let leftover = path + ".compacting"
    try FileManager.default.createDirectory(atPath: leftover, withIntermediateDirectories: false)
    try Data([1]).write(to: URL(filePath: leftover + "/data.mdb"))
    // As if another process were at it.
    let other = open(leftover, O_RDONLY)
    try #require(other >= 0 && flock(other, LOCK_EX) == 0)
    let preparing = OtherThread {
      try environment.write { (txn: borrowing WriteTransaction) in
        let found = try txn.makeReplacement()
        #expect(try FileManager.default.contentsOfDirectory(atPath: found) == [])
        #expect((found as NSString).lastPathComponent == "index.compacting")
      }
    }
    Thread.sleep(forTimeInterval: 0.05)
    #expect(FileManager.default.fileExists(atPath: leftover + "/data.mdb"))
    close(other)
    try preparing.finish()
  }

  @Test func `Nothing of others is deleted that is where a copy would be`() throws {
    let path = directory.appending("index")
    let environment = try Environment(path: path)
    let letter = path + ".compacting/letter.txt"
    try FileManager.default.createDirectory(
      atPath: path + ".compacting", withIntermediateDirectories: false)
    try Data("Dear".utf8).write(to: URL(filePath: letter))
    #expect(try refusal(in: environment)?.contains("index.compacting") == true)
    #expect(FileManager.default.fileExists(atPath: letter))
  }

  @Test func `The new one has the permissions of the old`() throws {
    let path = directory.appending("index")
    let environment = try Environment(path: path)
    try store(1, in: environment)
    let files = FileManager.default
    try files.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
    try files.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path + "/data.mdb")
    try environment.write { (txn: borrowing WriteTransaction) in
      let other = try txn.makeReplacement()
      try store(2, in: try Environment(path: other))
      try txn.replaceEnvironment(with: other)
    }
    func mode(_ path: String) throws -> NSNumber? {
      try files.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
    }
    #expect(try mode(path) == 0o700)
    #expect(try mode(path + "/data.mdb") == 0o600)
    #expect(try value(Environment(path: path)) == [2])
  }

  @Test func `What else lies in the directory is not lost`() throws {
    let path = directory.appending("index")
    let environment = try Environment(path: path)
    try store(1, in: environment)
    try Data("Dear".utf8).write(to: URL(filePath: path + "/letter.txt"))
    let words = "it holds “letter.txt” besides the index"
    #expect(try refusal(in: environment)?.contains(words) == true)
    #expect(try Data(contentsOf: URL(filePath: path + "/letter.txt")) == Data("Dear".utf8))
  }

  @Test func `A failed replacement leaves everything in its place`() throws {
    let environment = try Environment(path: directory.path)
    try store(1, in: environment)
    do {
      try environment.write { (txn: borrowing WriteTransaction) in
        try txn.replaceEnvironment(with: directory.appending("none"))
      }
      Issue.record("replaced by nothing")
    } catch let error as LMDBError {
      #expect(error.code == .notFound)
    }
    try store(2, in: environment)
    #expect(try value(environment) == [2])
  }
}

/// Runs a closure on a thread of its own.
private final class OtherThread: @unchecked Sendable {
  // Sendable: `failure` is written before the semaphore is signalled and read after.
  private let done = DispatchSemaphore(value: 0)
  private var failure: (any Error)?

  init(_ body: @escaping @Sendable () throws -> Void) {
    Thread.detachNewThread { [self] in
      do { try body() } catch { failure = error }
      done.signal()
    }
  }

  func finish() throws {
    done.wait()
    if let failure { throw failure }
  }
}
