import LMDB
import Testing
import TestSupport

@Suite struct ReaderTests {
  private let directory = TemporaryDirectory()

  private func overwrite(_ environment: Environment, times: Int) throws {
    for round in 0..<times {
      try environment.write { (txn: borrowing WriteTransaction) in
        let values = try txn.createDatabase(named: "values")
        try txn.put([UInt8](repeating: UInt8(round & 0xFF), count: 50_000), in: values, for: "v")
      }
    }
  }

  @Test func `A reader that lives pins its pages; one that was killed does not`() throws {
    let environment = try Environment(path: directory.path)
    try overwrite(environment, times: 4)
    let before = environment.information.usedSize
    let reader = try OtherProcess("hold-snapshot", directory.path)
    #expect(reader.nextLine()?.hasPrefix("snapshot") == true)
    try overwrite(environment, times: 40)
    let pinned = environment.information.usedSize
    #expect(pinned > before + 1_000_000)
    reader.kill()
    try overwrite(environment, times: 400)
    #expect(environment.information.usedSize < pinned + 500_000)
  }

  @Test func `More readers than the table holds are an error; ended ones leave room`() throws {
    var options = Environment.Options()
    options.maxReaders = 2
    let environment = try Environment(path: directory.path, options: options)
    func nest(_ depth: Int) throws -> Int {
      try environment.read { (_: borrowing ReadTransaction) in
        depth == 1 ? 1 : try nest(depth - 1) + 1
      }
    }
    for _ in 0..<3 {
      #expect(try nest(2) == 2)
      do {
        _ = try nest(3)
        Issue.record("three readers in a table of two")
      } catch let error as LMDBError {
        #expect(error.code == .readersFull)
      }
    }
  }

  @Test func `A killed process leaves its reader's place to others`() throws {
    var options = Environment.Options()
    options.maxReaders = 1
    try Environment(path: directory.path).fillWithSamples(count: 8)
    let reader = try OtherProcess("hold-snapshot", directory.path)
    _ = reader.nextLine()
    reader.kill()
    let environment = try Environment(path: directory.path, options: options)
    #expect(try environment.scanEverything() == 9)
    #expect(try environment.checkReaders() == 0)
  }

  @Test func `A transaction within one of the same thread is refused where it would hang`() throws {
    let environment = try Environment(path: directory.path)
    func write() throws {
      try environment.write { (_: borrowing WriteTransaction) in }
    }
    for attempt in 0..<2 {
      do {
        if attempt == 0 {
          try environment.read { (_: borrowing ReadTransaction) in try write() }
        } else {
          try environment.write { (_: borrowing WriteTransaction) in try write() }
        }
        Issue.record("a nested write went through")
      } catch let error as LMDBError {
        #expect(error.code == .nested)
      }
    }
    try write()
  }

  @Test func `Databases that two processes make are seen whole by all tasks`() async throws {
    var options = Environment.Options()
    options.maxDatabases = 100
    let environment = try Environment(path: directory.path, options: options)
    let other = try OtherProcess("make-databases", directory.path)
    let finished = Flag()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          while !finished.isSet {
            try environment.read { (txn: borrowing ReadTransaction) throws in
              for name in txn.databaseNames {
                let database = try #require(try txn.database(named: name))
                #expect(try txn.get(in: database, for: "name") == Array(name.utf8))
              }
            }
            await Task.yield()
          }
        }
      }
      for number in 0..<40 {
        try environment.write { (txn: borrowing WriteTransaction) in
          let name = "ours \(number)"
          try txn.put(Array(name.utf8), in: try txn.createDatabase(named: name), for: "name")
        }
      }
      #expect(other.remainingLines().isEmpty)
      finished.set()
      try await group.waitForAll()
    }
    let names = try environment.read { (txn: borrowing ReadTransaction) in txn.databaseNames }
    #expect(names.count == 80)
  }
}
