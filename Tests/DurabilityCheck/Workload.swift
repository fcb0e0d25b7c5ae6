import HNSW
import LMDB
import TestSupport

/// An index whose content follows from the number of batches it has taken in, so that anyone can
/// say what must be in it.
enum Workload {
  /// Enough for walks by halves of codes.
  static let dimensions = 160
  static let configuration = IndexConfiguration(
    dimensions: dimensions, metric: .l2, efConstruction: 40)
  static let batchSize = 60
  /// Where the number of batches is stored: twice, so that damage to it, or to its database's name,
  /// is not taken for a flaw of the index.
  private static let progress = ["durability", "durability, again"]

  /// What a batch does: stores vectors under ids, old ones among them, and deletes some ids.
  static func batch(_ number: Int) -> (ids: [String], vectors: [Float], deleted: [String]) {
    var generator = SplitMix(seed: UInt64(number))
    // Ids come from a window that moves on, so that some are new and some replaced.
    let first = number * batchSize / 2
    let ids = (0..<batchSize).map { "product \(first + ($0 * 7) % batchSize)" }
    let vectors = (0..<batchSize).flatMap { _ in generator.vector() }
    let deleted = (0..<4).map { _ in "product \(Int(generator.next() % UInt64(first + 1)))" }
    return (ids, vectors, deleted)
  }

  /// Takes in the next batch in one transaction; returns its number.
  static func ingest(_ index: VectorIndex) throws -> Int {
    try index.environment.write { (txn: borrowing WriteTransaction) in
      let number = try batchCount(txn) + 1
      let (ids, vectors, deleted) = batch(number)
      try index.write(txn) { (writer: borrowing Writer) in
        try writer.upsert(ids: ids, vectors: vectors)
        for id in deleted { try writer.delete(id) }
      }
      for name in progress {
        try txn.put(
          Array("\(number)".utf8), in: try txn.createDatabase(named: name), for: "batches")
      }
      return number
    }
  }

  /// Number of batches that a transaction sees.
  static func batchCount(_ txn: borrowing some Transaction & ~Copyable) throws -> Int {
    let stored = try progress.map { name -> [UInt8]? in
      guard let database = try txn.database(named: name) else { return nil }
      return try txn.get(in: database, for: "batches")
    }
    if stored == [nil, nil] { return 0 }
    guard stored[0] == stored[1], let text = stored[0],
      let number = Int(String(decoding: text, as: UTF8.self))
    else { throw HNSWError.corrupted("the number of batches is damaged") }
    return number
  }

  /// Whether a vector that was read is the one that was given, but for what keeping it in 16 bits
  /// changes: a few tens of 32,768 where components are clipped, hardly one elsewhere. Others
  /// differ by thousands.
  static func holds(_ found: [Float]?, _ vector: ArraySlice<Float>) -> Bool {
    guard let found, found.count == vector.count else { return false }
    return zip(found, vector).allSatisfy { abs($0 - $1) < 64 }
  }

  /// The vectors, by id, that must be in an index after so many batches; as they were given.
  static func expected(after batches: Int) -> [String: ArraySlice<Float>] {
    var expected: [String: ArraySlice<Float>] = [:]
    for number in stride(from: 1, through: batches, by: 1) {
      let (ids, vectors, deleted) = batch(number)
      for (row, id) in ids.enumerated() {
        expected[id] = vectors[row * dimensions..<(row + 1) * dimensions]
      }
      for id in deleted { expected[id] = nil }
    }
    return expected
  }

  /// Opens the index in a directory, making it if there is none.
  static func open(_ path: String, mapSize: Int? = nil) throws -> VectorIndex {
    var options = Environment.Options()
    options.maximumSize = mapSize
    let environment = try Environment(path: path, options: options)
    do {
      return try VectorIndex(environment: environment)
    } catch HNSWError.notFound {
      try environment.write { (txn: borrowing WriteTransaction) in
        try VectorIndex.create(in: txn, configuration: configuration)
      }
      return try VectorIndex(environment: environment)
    }
  }
}

extension SplitMix {
  /// A vector of numbers of 15 bits. As real ones do, it varies in fewer ways than it has
  /// components, so that it is sure to find itself.
  mutating func vector() -> [Float] {
    let ways = (0..<16).map { _ in next() }
    return (0..<Workload.dimensions).map { index in
      Float((Int64(bitPattern: ways[index % 16]) >> 49) + (Int64(bitPattern: next()) >> 54))
    }
  }
}
