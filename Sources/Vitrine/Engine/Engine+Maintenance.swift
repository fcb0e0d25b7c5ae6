internal import Foundation
internal import HNSW
internal import LMDB

/// A defect of an index.
public struct VerifyFinding: Sendable, Hashable, Codable {
  /// What is wrong, and where.
  public let description: String
}

/// What a compaction did.
public struct CompactReport: Sendable, Codable {
  /// Products in the index.
  public let products: Int
  /// Slots that were freed.
  public let freedSlots: Int
  /// Bytes of the file before.
  public let bytesBefore: Int
  /// Bytes of the file after.
  public let bytesAfter: Int
  /// Names of the attributes that no product had any more, and that are gone from the schema.
  public let droppedAttributes: [String]

  private enum CodingKeys: String, CodingKey {
    case products
    case freedSlots = "freed_slots"
    case bytesBefore = "bytes_before"
    case bytesAfter = "bytes_after"
    case droppedAttributes = "dropped_attributes"
  }
}

extension Engine {
  /// Reads the whole index and reports what is not as it should be: checksums, ids, links, and
  /// products without vectors or the other way round. O(index). An empty list means all is well.
  ///
  /// - Throws: ``VitrineError/storage(_:)`` if the index cannot be read at all.
  public func verify() async throws -> [VerifyFinding] {
    try await offPool { [self] in
      try storing(path) {
        let index = try current
        let structure = try index.environment.checkStructure()
        // A page that points astray must not be followed.
        guard structure.isEmpty else {
          return structure.map { VerifyFinding(description: "\($0)") }
        }
        return try read { txn, snapshot, store in
          let defects = try index.index.verify(txn).map {
            VerifyFinding(description: $0.description)
          }
          return defects + (try productDefects(txn, snapshot, store))
        }
      }
    }
  }

  /// Every vector must have a product of the same id, and every product a vector.
  private func productDefects(
    _ txn: borrowing ReadTransaction, _ snapshot: borrowing Snapshot, _ store: ProductStore
  ) throws -> [VerifyFinding] {
    var findings: [VerifyFinding] = []
    try snapshot.forEachID { id, slot in
      let stored: String?
      do {
        stored = try store.product(at: slot, in: txn)?.id
      } catch let error as VitrineError {
        findings.append(VerifyFinding(description: error.description))
        return findings.count < 100
      }
      if stored != id {
        let found = stored.map { "is \"\($0)\"" } ?? "is missing"
        findings.append(
          VerifyFinding(description: "the product of \"\(id)\" (slot \(slot)) \(found)"))
      }
      return findings.count < 100
    }
    let orphans = SlotSet(try store.live(in: txn)).subtracting(snapshot.slots)
    if !orphans.isEmpty {
      findings.append(VerifyFinding(description: "\(orphans.count) products have no vector"))
    }
    return findings
  }

  /// Writes the index anew without what deleted and replaced products have left, attributes that no
  /// product has any more included, and with products that look alike side by side, which makes searches
  /// quicker; and puts it in the place of the old one in one step.
  ///
  /// Searches go on meanwhile, in this and other processes, which then move to the new file by
  /// themselves; writers wait. Needs room for a second file beside the index.
  ///
  /// - Throws: ``VitrineError/storage(_:)``; the index is then as before.
  public func compact() async throws -> CompactReport {
    try await offPool { [self] in
      let old = try current
      let before = old.environment.information.usedSize
      let done = try storing(path) {
        try old.environment.write { (txn: borrowing WriteTransaction) in
          let copy = path + ".compacting"
          try? FileManager.default.removeItem(atPath: copy)
          let done = try read { txn, snapshot, store in
            let dropped = try old.copy(txn, store, to: copy, threads: options.threads)
            return (all: snapshot.slotCapacity, live: snapshot.count, dropped: dropped)
          }
          try txn.replaceEnvironment(with: copy)
          return done
        }
      }
      return CompactReport(
        products: done.live, freedSlots: done.all - done.live, bytesBefore: before,
        bytesAfter: try current.environment.information.usedSize, droppedAttributes: done.dropped)
    }
  }
}

extension OpenIndex {
  /// Products per transaction of a copy.
  private static let batch = 4096

  /// Writes a compacted copy of what a transaction sees.
  ///
  /// - Returns: the names of the attributes that no product has, which the copy is without.
  func copy(
    _ txn: borrowing ReadTransaction, _ store: ProductStore, to path: String, threads: Int
  ) throws -> [String] {
    let target = try Environment(path: path)
    let newSlots = try index.compact(txn, into: target, threads: threads)
    var description = try IndexDescription(in: txn, path: environment.path)
    let unused = try store.unusedAttributes(in: txn)
    description.schema.attributes.removeAll { unused.contains($0.name) }
    let schema = description.schema
    var batch = ProductBatch()
    var count = 0
    func flush() throws {
      try target.write { (txn: borrowing WriteTransaction) in
        try ProductStore(creatingIn: txn, schema: schema).apply(batch, in: txn)
      }
      batch = ProductBatch()
      count = 0
    }
    let kept = newSlots.enumerated().compactMap { old, new in
      new.map { (new: $0, old: Slot(old)) }
    }
    for (new, old) in kept.sorted(by: <) {
      guard let product = try store.product(at: old, in: txn) else { continue }
      let record = try store.contentHash(at: old, in: txn) ?? []
      batch.put(product, contentHash: record, slot: new)
      count += 1
      if count == OpenIndex.batch { try flush() }
    }
    try flush()
    let calibration = try SimilarityCalibration.stored(in: txn)
    try target.write { (txn: borrowing WriteTransaction) in
      try calibration?.store(in: txn)
      try description.write(in: txn)
    }
    try target.sync()
    return unused
  }
}
