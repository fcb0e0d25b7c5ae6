import Foundation
import HNSW
import LMDB
import TestSupport

extension SplitMix {
  mutating func normal() -> Float {
    let (a, b) = (
      Double.random(in: 1e-12..<1, using: &self), Double.random(in: 0..<1, using: &self)
    )
    return Float((-2 * log(a)).squareRoot() * cos(2 * .pi * b))
  }
}

/// Vectors around random centres, away from the origin: rows of `dimensions`.
func clustered(
  _ count: Int, dimensions: Int, seed: UInt64, offset: Float = 1, scale: Float = 1,
  centres centreCount: Int = 40
) -> [Float] {
  var centreSource = SplitMix(seed: 7)
  let centres = (0..<centreCount * dimensions).map { _ in centreSource.normal() }
  var random = SplitMix(seed: seed)
  var rows: [Float] = []
  rows.reserveCapacity(count * dimensions)
  for _ in 0..<count {
    let centre = Int.random(in: 0..<centreCount, using: &random)
    for index in 0..<dimensions {
      rows.append(scale * (offset + centres[centre * dimensions + index] + 0.7 * random.normal()))
    }
  }
  return rows
}

/// An index in a temporary environment, and the vectors that ought to be in it.
final class Fixture {
  let directory = TemporaryDirectory()
  let environment: LMDB.Environment
  let index: VectorIndex
  /// What the index should hold: the oracle.
  var rows: [String: [Float]] = [:]
  var dimensions: Int { index.configuration.dimensions }

  /// Tests need not wait for the disk.
  private static func environment(_ directory: TemporaryDirectory) throws -> LMDB.Environment {
    var options = LMDB.Environment.Options()
    options.durability = .batched
    return try LMDB.Environment(path: directory.path, options: options)
  }

  init(_ configuration: IndexConfiguration) throws {
    environment = try Self.environment(directory)
    try environment.write { try VectorIndex.create(in: $0, configuration: configuration) }
    index = try VectorIndex(environment: environment)
  }

  /// A compacted copy of another one's index.
  init(compacting other: Fixture, threads: Int = 1) throws {
    let target = try Self.environment(directory)
    _ = try other.environment.read {
      try other.index.compact($0, into: target, threads: threads)
    }
    environment = target
    index = try VectorIndex(environment: target)
    rows = other.rows
  }

  /// Stores rows under ids.
  func upsert(_ ids: [String], _ vectors: [Float], threads: Int = 1) throws {
    _ = try environment.write { txn in
      try index.write(txn, threads: threads) { try $0.upsert(ids: ids, vectors: vectors) }
    }
    for (row, id) in ids.enumerated() {
      rows[id] = Array(vectors[row * dimensions..<(row + 1) * dimensions])
    }
  }

  func delete(_ ids: [String]) throws {
    try environment.write { txn in
      try index.write(txn) { writer in for id in ids { try writer.delete(id) } }
    }
    for id in ids { rows[id] = nil }
  }

  func snapshot<R>(_ body: (borrowing Snapshot) throws -> R) throws -> R {
    try environment.read { try index.withSnapshot($0, body) }
  }

  /// Distance by the definition, in double precision.
  func distance(_ a: [Float], _ b: [Float]) -> Double {
    var (dot, aa, bb, l2) = (0.0, 0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
      dot += Double(x) * Double(y)
      aa += Double(x) * Double(x)
      bb += Double(y) * Double(y)
      l2 += (Double(x) - Double(y)) * (Double(x) - Double(y))
    }
    switch index.configuration.metric {
    case .cosine: return 1 - dot / (aa * bb).squareRoot()
    case .innerProduct: return -dot
    case .l2: return l2
    }
  }

  /// The ids of the true nearest, among those that pass.
  func nearest(_ query: [Float], k: Int, where passes: (String) -> Bool = { _ in true }) -> [String]
  {
    rows.filter { passes($0.key) }.map { ($0.key, distance(query, $0.value)) }
      .sorted { ($0.1, $0.0) < ($1.1, $1.0) }.prefix(k).map(\.0)
  }

  /// Mean share of the true nearest that searches find.
  func recall(_ queries: [Float], k: Int = 10, ef: Int = 64, filter: Set<String>? = nil) throws
    -> Double
  {
    var (found, wanted) = (0, 0)
    try snapshot { snapshot in
      let slots = try filter.map { ids in try SlotSet(ids.compactMap { try snapshot.slot(of: $0) })
      }
      for row in 0..<queries.count / dimensions {
        let query = Array(queries[row * dimensions..<(row + 1) * dimensions])
        let truth = Set(nearest(query, k: k) { filter?.contains($0) ?? true })
        let hits = try snapshot.search(query.span, k: k, ef: ef, filter: slots).hits
        let ids = try hits.compactMap { try snapshot.id(of: $0.slot) }
        found += truth.intersection(ids).count
        wanted += truth.count
      }
    }
    return Double(found) / Double(max(1, wanted))
  }
}

/// The rows at unit length.
func unit(_ rows: [Float], _ dimensions: Int) -> [Float] {
  stride(from: 0, to: rows.count, by: dimensions).flatMap { start in
    let row = rows[start..<start + dimensions]
    let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return row.map { $0 / norm }
  }
}
