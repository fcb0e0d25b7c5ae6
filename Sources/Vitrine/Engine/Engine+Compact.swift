internal import Foundation
internal import HNSW
internal import LMDB

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
  /// Writes the index anew without what deleted and replaced products have left, attributes that no
  /// product has any more included, and with products that look alike side by side, which makes searches
  /// quicker; and puts it in the place of the old one in one step.
  ///
  /// Searches go on meanwhile, in this and other processes, which then move to the new file by
  /// themselves; writers wait. Needs room for a second file beside the index. A cancelled task stops it
  /// within seconds.
  ///
  /// - Parameter progress: is told now and then how many products of how many are written, once the vectors
  ///   are.
  /// - Throws: ``VitrineError/storage(_:)``, `CancellationError`; the index is then as before.
  public func compact(
    progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) async throws -> CompactReport {
    try await Cancellation.offload { [self] cancellation in
      try compact(forgettingUnused: true, cancellation, progress)
    }
  }

  /// Whether a compaction would do much for searches; `false` where that cannot be read. Of what memory does
  /// not hold, vectors would be read from the disk one by one.
  var isCompactionDue: Bool {
    guard let size = try? current.environment.information.usedSize,
      UInt64(size) <= ProcessInfo.processInfo.physicalMemory / 2
    else { return false }
    return (try? read { _, snapshot, _ in snapshot.isCompactionDue }) ?? false
  }

  /// Compacts the index after an ingestion. Whatever goes wrong, what has been ingested is there: the
  /// report tells.
  func putInOrder(_ report: inout IngestReport, _ cancellation: Cancellation) {
    do {
      // A catalogue may have columns that are empty as yet.
      _ = try compact(forgettingUnused: false, cancellation) { _, _ in }
      report.compacted = true
    } catch is CancellationError {
      report.cancelled = true
    } catch {
      report.compactRefusal = "not put in order: \(error)"
    }
  }

  private func compact(
    forgettingUnused: Bool, _ cancellation: Cancellation,
    _ progress: (_ done: Int, _ total: Int) -> Void
  ) throws -> CompactReport {
    // LMDB follows a page that points astray wherever it leads.
    if let finding = try storing(path, { try current.environment.checkStructure().first }) {
      throw VitrineError.storage("\(path) is damaged: \(finding); `vitrine verify` tells more")
    }
    let before = try current.environment.information.usedSize
    let done = try replace { old, copy in
      try read { txn, snapshot, store in
        let unused = forgettingUnused ? try store.unusedAttributes(in: txn) : []
        try old.copy(
          txn, store, leavingOut: unused, to: copy, threads: options.threads
        ) { done in
          progress(done, snapshot.count)
          try cancellation.check()
        }
        return (all: snapshot.slotCapacity, live: snapshot.count, dropped: unused)
      }
    }
    return CompactReport(
      products: done.live, freedSlots: done.all - done.live, bytesBefore: before,
      bytesAfter: try current.environment.information.usedSize, droppedAttributes: done.dropped)
  }
}

extension Engine {
  /// Fills another index beside this one, which nobody changes meanwhile, and puts that in the place of
  /// this one in one step.
  ///
  /// - Parameter fill: is given this index as it is open, and the empty directory of the other; nothing may be
  ///   open there any more when it returns. When it throws, this index stays.
  func replace<R>(with fill: (_ old: OpenIndex, _ path: String) throws -> R) throws -> R {
    let old = try current
    do {
      return try old.environment.write { (txn: borrowing WriteTransaction) in
        let copy = try txn.makeReplacement()
        do {
          let done = try fill(old, copy)
          try txn.replaceEnvironment(with: copy)
          return done
        } catch {
          txn.discardReplacement(at: copy)
          throw error
        }
      }
    } catch let error as LMDBError where error.code == .replaced {
      // Somebody else was quicker; this one begins with what they have written.
      return try replace(with: fill)
    } catch let error where error is LMDBError || error is HNSWError {
      throw VitrineError(error, path: path)
    }
  }
}

extension OpenIndex {
  /// Products per transaction of a copy.
  private static let batch = 4096

  /// Writes a compacted copy of what a transaction sees, without some attributes, which no product has.
  fileprivate func copy(
    _ txn: borrowing ReadTransaction, _ store: ProductStore, leavingOut unused: [String],
    to path: String, threads: Int, progress: (_ products: Int) throws -> Void
  ) throws {
    // Synced as a whole before it takes its place.
    var options = Environment.Options()
    options.durability = .batched
    let target = try Environment(path: path, options: options)
    let newSlots = try index.compact(txn, into: target, threads: threads)
    var description = try IndexDescription(in: txn, path: environment.path)
    description.schema.attributes.removeAll { unused.contains($0.name) }
    let schema = description.schema
    var batch = ProductBatch()
    var (count, written) = (0, 0)
    func flush() throws {
      try progress(written)
      try target.write { (txn: borrowing WriteTransaction) in
        try ProductStore(creatingIn: txn, schema: schema).apply(batch, in: txn)
      }
      batch = ProductBatch()
      written += count
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
    let revision = try IndexDescription.revision(in: txn)
    try target.write { (txn: borrowing WriteTransaction) in
      try calibration?.store(in: txn)
      try description.write(in: txn, after: revision)
    }
    try target.sync()
  }
}
