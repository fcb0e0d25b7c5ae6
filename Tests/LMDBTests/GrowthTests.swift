import LMDB
import Testing
import TestSupport

@Suite struct GrowthTests {
  private let directory = TemporaryDirectory()

  private func options(mapSize: Int, maximumSize: Int? = nil) -> Environment.Options {
    var options = Environment.Options()
    options.mapSize = mapSize
    options.maximumSize = maximumSize
    return options
  }

  @Test func `A process opens more environments than it has addresses for at full size`()
    async throws
  {
    let directories = (0..<200).map { _ in TemporaryDirectory() }
    let environments = try await withThrowingTaskGroup(of: Environment.self) { group in
      for directory in directories { group.addTask { try Environment(path: directory.path) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    for environment in environments { try environment.fillWithSamples(count: 1) }
    #expect(try environments.allSatisfy { try $0.scanEverything() > 0 })
    withExtendedLifetime(directories) {}
  }

  @Test func `A full map grows and the body runs again, while others read`() async throws {
    let environment = try Environment(path: directory.path, options: options(mapSize: 1 << 17))
    try environment.fillWithSamples(count: 8)
    let finished = Flag()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<3 {
        group.addTask { () throws in
          while !finished.isSet {
            #expect(try environment.scanEverything() >= 9)
            await Task.yield()
          }
        }
      }
      var runs = 0
      for round: UInt32 in 0..<6 {
        try environment.write { (txn: borrowing WriteTransaction) in
          runs += 1
          let values = try txn.createDatabase(named: "values")
          for key in 0..<64 as Range<UInt32> {
            let value = [UInt8](repeating: UInt8(round), count: 10_000)
            try txn.put(value, in: values, for: round * 64 + key)
          }
        }
      }
      #expect(runs > 6, "the map never was full")
      finished.set()
      try await group.waitForAll()
    }
    #expect(environment.information.mapSize >= 4 << 20)
    #expect(try environment.checkStructure().isEmpty)
  }

  @Test func `Above its maximum size a batch fails and nothing of it stays`() throws {
    let environment = try Environment(
      path: directory.path, options: options(mapSize: 1 << 20, maximumSize: 1 << 20))
    try environment.fillWithSamples(count: 8)
    for size in [1 << 20, 700_000, 300_000] {
      do {
        try environment.write { (txn: borrowing WriteTransaction) in
          let values = try txn.createDatabase(named: "too much")
          for key: UInt32 in 0..<4 {
            try txn.put([UInt8](repeating: 1, count: size), in: values, for: key)
          }
        }
        Issue.record("four values of \(size) bytes fitted in a megabyte")
      } catch let error as LMDBError {
        #expect(error.code == .mapFull)
      }
      #expect(try environment.scanEverything() == 9)
    }
    try environment.fillWithSamples(count: 16)
    #expect(try environment.checkStructure().isEmpty)
  }

  @Test func `A body that swallows the error of a full map is run again all the same`() throws {
    let environment = try Environment(path: directory.path, options: options(mapSize: 1 << 17))
    try environment.write { (txn: borrowing WriteTransaction) in
      let values = try txn.createDatabase(named: "values")
      try? txn.put([UInt8](repeating: 1, count: 1 << 20), in: values, for: "large")
    }
    #expect(try environment.scanEverything() == 1)
  }

  @Test func `What another process added beyond the map is read and written on`() throws {
    let environment = try Environment(path: directory.path, options: options(mapSize: 1 << 20))
    try environment.fillWithSamples(count: 8)
    #expect(try OtherProcess("grow", directory.path).remainingLines() == ["grown"])
    #expect(try environment.scanEverything() == 49)
    #expect(environment.information.mapSize > 40 << 20)
    #expect(try OtherProcess("grow", directory.path).remainingLines() == ["grown"])
    try environment.fillWithSamples(count: 16)
    #expect(try environment.scanEverything() == 58)
  }
}
