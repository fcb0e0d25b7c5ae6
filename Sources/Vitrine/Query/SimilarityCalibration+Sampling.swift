import Foundation
import HNSW
import LMDB
import Synchronization

extension SimilarityCalibration {
  private static let database = "calibration"

  /// What is stored in the index; nil if nothing is.
  static func stored(
    in txn: borrowing some Transaction & ~Copyable
  ) throws -> SimilarityCalibration? {
    guard let database = try txn.database(named: database),
      let bytes = try txn.get(in: database, for: "similarity")
    else { return nil }
    if let known = lastRead.withLock({ $0 }), known.json == bytes { return known.calibration }
    let found = try? JSONDecoder().decode(SimilarityCalibration.self, from: Data(bytes))
    if let found { lastRead.withLock { $0 = (bytes, found) } }
    return found
  }

  /// What was read last, which every search for words would otherwise read anew.
  private static let lastRead = Mutex<(json: [UInt8], calibration: SimilarityCalibration)?>(nil)

  /// Stores the calibration in place of the one that is there.
  func store(in txn: borrowing WriteTransaction) throws {
    let database = try txn.createDatabase(named: Self.database)
    try txn.put([UInt8](try JSONEncoder().encode(self)), in: database, for: "similarity")
  }

  /// Measures photographs against photographs.
  ///
  /// - Complexity: a fixed number of vectors and searches.
  static func sampledImages(
    _ snapshot: borrowing Snapshot, samples: Int = 64
  ) throws -> Spread? {
    let slots = sample(of: snapshot, samples)
    guard slots.count >= 2 else { return nil }
    var vectors: [[Float]] = []
    for slot in slots { vectors.append(snapshot.vector(of: slot) ?? []) }
    return try spread(of: vectors, against: slots, isInIndex: true, snapshot)
  }

  /// Measures texts against photographs.
  ///
  /// - Parameter probes: vectors of texts such as users write.
  static func sampledTexts(
    _ probes: [[Float]], _ snapshot: borrowing Snapshot, samples: Int = 64
  ) throws -> Spread? {
    let slots = sample(of: snapshot, samples)
    guard !probes.isEmpty, !slots.isEmpty else { return nil }
    return try spread(of: probes, against: slots, isInIndex: false, snapshot)
  }

  /// What is usual for one query, from its own similarities: used where nothing is stored.
  static func own(_ vector: [Float], best: Float, _ middle: VectorMiddle) -> Spread {
    Spread(background: min(middle.meanSimilarity(to: vector), best - 1e-3), best: best)
  }

  private static func spread(
    of queries: [[Float]], against slots: [Slot], isInIndex: Bool, _ snapshot: borrowing Snapshot
  ) throws -> Spread? {
    let metric = snapshot.configuration.metric
    var background: [Float] = []
    var best: [Float] = []
    for (place, query) in queries.enumerated() {
      let random = isInIndex ? slots.filter { $0 != slots[place] } : slots
      background += try similarities(of: query, to: random, snapshot)
      let nearest = try snapshot.search(query.span, k: 2, ef: 64)
      if let hit = nearest.hits.first(where: { !isInIndex || $0.slot != slots[place] }) {
        best.append(metric.similarity(hit.distance))
      }
    }
    guard !background.isEmpty, !best.isEmpty else { return nil }
    let mean = background.reduce(0, +) / Float(background.count)
    return Spread(
      background: mean, best: max(best.reduce(0, +) / Float(best.count), mean + 1e-3))
  }

  static func similarities(
    of query: [Float], to slots: [Slot], _ snapshot: borrowing Snapshot
  ) throws -> [Float] {
    guard !slots.isEmpty else { return [] }
    let found = try snapshot.search(
      query.span, k: slots.count, ef: slots.count, filter: SlotSet(slots), exact: true)
    let metric = snapshot.configuration.metric
    return found.hits.map { metric.similarity($0.distance) }
  }

  /// Some slots that hold vectors, the same ones for the same set: those next to places at equal
  /// distances.
  static func sample(of snapshot: borrowing Snapshot, _ count: Int) -> [Slot] {
    guard snapshot.count > count else { return snapshot.slots.slots(atMost: count) }
    let end = (snapshot.slotCapacity + 63) / 64 * 64
    var sample: [Slot] = []
    sample.reserveCapacity(count)
    for place in 0..<count {
      let slot = snapshot.firstSlot(from: Slot(place * end / count))
      if let slot, slot != sample.last { sample.append(slot) }
    }
    return sample
  }
}
