import HNSW
import LMDB
import TestSupport

/// What a look at an index, whole or damaged, has come to.
enum Verdict: Hashable {
  /// Everything is there as it must be after so many batches.
  case sound(batches: Int)
  /// It could not be opened, or verified, and an error said so.
  case refused(String)
  /// `verify` found something.
  case found(String)
  /// Nothing complained, and yet something is not as it must be.
  case wrong(String)
  /// The process died.
  case crashed(signal: Int32)

  var line: String {
    switch self {
    case .sound(let batches): "sound \(batches)"
    case .refused(let reason): "refused \(reason)"
    case .found(let finding): "found \(finding)"
    case .wrong(let reason): "wrong \(reason)"
    case .crashed(let signal): "crashed \(signal)"
    }
  }

  /// Reads the line back.
  init(line: String) {
    let word = line.prefix { $0 != " " }
    let rest = String(line.dropFirst(word.count + 1))
    switch word {
    case "sound": self = .sound(batches: Int(rest) ?? -1)
    case "refused": self = .refused(rest)
    case "found": self = .found(rest)
    default: self = .wrong(rest)
    }
  }
}

enum Inspection {
  /// Opens, verifies and compares everything with what must be there.
  static func verdict(on path: String) -> Verdict {
    do {
      let index = try VectorIndex(environment: Environment(path: path))
      if let finding = try findings(index).first { return .found(finding) }
      return try compare(index)
    } catch {
      return .refused("\(error)".split(separator: "\n").joined(separator: " "))
    }
  }

  /// What the structure check or `verify` has to say.
  static func findings(_ index: VectorIndex) throws -> [String] {
    let structure = try index.environment.checkStructure()
    if !structure.isEmpty { return structure.map(\.description) }
    return try index.environment.read { (txn: borrowing ReadTransaction) in
      try index.verify(txn).map { "\($0)" }
    }
  }

  /// Compares what a snapshot holds with what its number of batches must have left.
  static func compare(_ index: VectorIndex) throws -> Verdict {
    try index.environment.read { (txn: borrowing ReadTransaction) in
      let batches = try Workload.batchCount(txn)
      let expected = Workload.expected(after: batches)
      return try index.withSnapshot(txn) { (snapshot: borrowing Snapshot) in
        guard snapshot.count == expected.count else {
          return .wrong("\(snapshot.count) vectors after \(batches) batches, not \(expected.count)")
        }
        for (id, vector) in expected {
          guard let slot = try snapshot.slot(of: id), try snapshot.id(of: slot) == id else {
            return .wrong("\(id) is missing after \(batches) batches")
          }
          guard Workload.holds(snapshot.vector(of: slot), vector) else {
            return .wrong("\(id) has another vector")
          }
        }
        for (id, vector) in expected.prefix(60) {
          let hits = try snapshot.search(Array(vector).span, k: 1, ef: 100).hits
          guard let nearest = hits.first, try snapshot.id(of: nearest.slot) == id else {
            return .wrong("\(id) does not find itself")
          }
        }
        return .sound(batches: batches)
      }
    }
  }

  /// Searches and reads without having verified, as a service would; whatever comes, but no crash.
  static func searchRegardless(_ path: String) {
    guard let index = try? VectorIndex(environment: Environment(path: path)) else { return }
    var generator = SplitMix(seed: 99)
    try? index.environment.read { (txn: borrowing ReadTransaction) in
      try index.withSnapshot(txn) { (snapshot: borrowing Snapshot) in
        for _ in 0..<100 {
          let query = generator.vector()
          for hit in try snapshot.search(query.span, k: 10, ef: 200).hits {
            _ = try? snapshot.id(of: hit.slot)
            _ = snapshot.vector(of: hit.slot)
          }
        }
        try snapshot.forEachID { _, slot in
          _ = snapshot.vector(of: slot)
          return true
        }
      }
    }
  }
}
