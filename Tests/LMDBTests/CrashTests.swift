import LMDB
import Testing
import TestSupport

@Suite struct CrashTests {
  private let directory = TemporaryDirectory()

  @Test func `A writer killed at any moment leaves its last commit, whole`() throws {
    var generator = SplitMix(seed: 5)
    for _ in 0..<20 {
      let directory = TemporaryDirectory()
      let writer = try OtherProcess("commit-forever", directory.path)
      var reported: UInt64 = 0
      for _ in 0..<Int.random(in: 1...40, using: &generator) {
        reported = writer.nextLine().flatMap(UInt64.init) ?? 0
      }
      try #require(reported > 0)
      writer.kill()
      let last = writer.remainingLines().compactMap(UInt64.init).last ?? reported
      let environment = try Environment(path: directory.path)
      #expect(try environment.checkStructure().isEmpty)
      let rounds = try Self.rounds(in: environment)
      #expect(rounds.count == 1, "a commit was torn")
      #expect(rounds == [last] || rounds == [last + 1])
      try environment.fillWithSamples(count: 8)
    }
  }

  @Test func `A reader in another process sees whole commits while one writes`() throws {
    let writer = try OtherProcess("commit-forever", directory.path)
    _ = writer.nextLine()
    let environment = try Environment(path: directory.path)
    var newest: UInt64 = 0
    for _ in 0..<200 {
      let rounds = try Self.rounds(in: environment)
      #expect(rounds.count == 1)
      #expect(try #require(rounds.first) >= newest)
      newest = rounds.first ?? 0
      _ = writer.nextLine()
    }
  }

  /// The round numbers found in the entries of a snapshot; one, if a commit is a whole.
  private static func rounds(in environment: Environment) throws -> Set<UInt64> {
    try environment.read { (txn: borrowing ReadTransaction) in
      let database = try #require(try txn.database(named: "rounds"))
      var rounds: Set<UInt64> = []
      try txn.forEach(in: database) { _, value in
        rounds.insert(value.unsafeLoadUnaligned(as: UInt64.self))
        return true
      }
      return rounds
    }
  }
}
