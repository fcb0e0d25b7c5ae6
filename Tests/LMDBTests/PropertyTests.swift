import LMDB
import Testing
import TestSupport

/// Random operations against a dictionary, over commits, rollbacks and reopening.
@Suite struct PropertyTests {
  private struct RolledBack: Error {}

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `Any operations leave what a dictionary would hold`(seed: UInt64) throws {
    let directory = TemporaryDirectory()
    var generator = SplitMix(seed: seed)
    var stored: [[UInt8]: [UInt8]] = [:]
    for _ in 0..<4 {
      var options = Environment.Options()
      options.mapSize = 1 << 17
      let environment = try Environment(path: directory.path, options: options)
      for _ in 0..<12 {
        let planned = Self.operations(using: &generator)
        let commits = Bool.random(using: &generator)
        do {
          try Self.apply(planned, to: environment, commits: commits)
        } catch is RolledBack {}
        if commits { stored = Self.apply(planned, to: stored) }
        try Self.compare(environment, with: stored, seed: seed, using: &generator)
      }
      #expect(try environment.checkStructure().isEmpty, "seed \(seed)")
    }
  }

  private enum Operation {
    case put([UInt8], [UInt8])
    case delete([UInt8])
  }

  private static func operations(using generator: inout SplitMix) -> [Operation] {
    (0..<Int.random(in: 1...120, using: &generator)).map { _ in
      let length = Int.random(in: 1...3, using: &generator)
      let key = (0..<length).map { _ in UInt8.random(in: 250...255, using: &generator) }
      switch Int.random(in: 0..<10, using: &generator) {
      case 0..<3: return .delete(key)
      default:
        let isLarge = Int.random(in: 0..<8, using: &generator) == 0
        let size = Int.random(in: 0...(isLarge ? 20_000 : 300), using: &generator)
        return .put(key, [UInt8](repeating: UInt8(size & 0xFF), count: size))
      }
    }
  }

  private static func apply(
    _ operations: [Operation], to environment: Environment, commits: Bool
  ) throws {
    try environment.write { (txn: borrowing WriteTransaction) in
      let database = try txn.createDatabase(named: "entries")
      for operation in operations {
        switch operation {
        case .put(let key, let value): try txn.put(value, in: database, for: key)
        case .delete(let key): try txn.delete(key, in: database)
        }
      }
      if !commits { throw RolledBack() }
    }
  }

  private static func apply(
    _ operations: [Operation], to stored: [[UInt8]: [UInt8]]
  ) -> [[UInt8]: [UInt8]] {
    operations.reduce(into: stored) { stored, operation in
      switch operation {
      case .put(let key, let value): stored[key] = value
      case .delete(let key): stored[key] = nil
      }
    }
  }

  private static func compare(
    _ environment: Environment, with stored: [[UInt8]: [UInt8]], seed: UInt64,
    using generator: inout SplitMix
  ) throws {
    let bounds = [0, 1].map { _ in [UInt8.random(in: 249...255, using: &generator)] }
      .sorted { $0.lexicographicallyPrecedes($1) }
    try environment.read { (txn: borrowing ReadTransaction) throws in
      guard let database = try txn.database(named: "entries") else {
        #expect(stored.isEmpty, "seed \(seed)")
        return
      }
      let keys = stored.keys.sorted { $0.lexicographicallyPrecedes($1) }
      #expect(try txn.count(database) == keys.count, "seed \(seed)")
      for key in keys { #expect(try txn.get(in: database, for: key) == stored[key]) }
      let inRange = keys.filter {
        !$0.lexicographicallyPrecedes(bounds[0]) && !bounds[1].lexicographicallyPrecedes($0)
      }
      let withPrefix = keys.filter { $0.starts(with: bounds[0]) }
      for reversed in [false, true] {
        func scan(_ range: KeyRange) throws -> [[UInt8]] {
          var found: [[UInt8]] = []
          try txn.forEach(in: database, range, reversed: reversed) { key, _ in
            found.append([UInt8](bytes: key))
            return true
          }
          return reversed ? found.reversed() : found
        }
        #expect(try scan(.all) == keys, "seed \(seed)")
        #expect(try scan(.from(bounds[0], through: bounds[1])) == inRange, "seed \(seed)")
        #expect(try scan(.prefix(bounds[0])) == withPrefix, "seed \(seed)")
      }
    }
  }
}
