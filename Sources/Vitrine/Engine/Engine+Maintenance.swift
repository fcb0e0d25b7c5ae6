internal import Foundation
internal import HNSW
internal import LMDB

/// A defect of an index.
public struct VerifyFinding: Sendable, Hashable, Codable {
  /// What is wrong, and where.
  public let description: String
}

extension Engine {
  /// Deletes the files of an index that has no products; nobody can give it some meanwhile.
  ///
  /// - Returns: whether they are deleted.
  /// - Throws: ``VitrineError/storage(_:)``.
  package func deleteIfEmpty() throws -> Bool {
    try writing { index in
      try index.environment.write { (txn: borrowing WriteTransaction) in
        guard try count == 0 else { return false }
        txn.deleteFiles()
        return true
      }
    }
  }

  /// Reads the whole index and reports what is not as it should be: checksums, ids, links, products without
  /// vectors or the other way round, and what filters and words are looked up in, which is made anew from the
  /// products. O(index), about as long as storing the products. An empty list means all is well.
  ///
  /// - Parameter progress: is told now and then how many products of how many have been taken for this, once all
  ///   else is done.
  /// - Throws: ``VitrineError/storage(_:)`` if the index cannot be read at all, `CancellationError`.
  public func verify(
    progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) async throws -> [VerifyFinding] {
    try await Cancellation.offload { [self] cancellation in
      try storingUnlessCancelled(path) {
        let index = try current
        let structure = try index.environment.checkStructure()
        // A page that points astray must not be followed.
        guard structure.isEmpty else {
          return structure.map { VerifyFinding(description: "\($0)") }
        }
        try cancellation.check()
        return try read { txn, snapshot, store in
          let defects = try index.index.verify(txn).map {
            VerifyFinding(description: $0.description)
          }
          let products = try productDefects(txn, snapshot, store, cancellation)
          // Of damaged products nothing can be made to compare with.
          guard products.isEmpty else { return defects + products }
          let derived = try store.derivedDefects(in: txn) { done in
            progress(done, snapshot.count)
            try cancellation.check()
          }
          return defects + derived.prefix(100).map { VerifyFinding(description: $0) }
        }
      }
    }
  }

  /// Every vector must have a product of the same id, and every product a vector.
  private func productDefects(
    _ txn: borrowing ReadTransaction, _ snapshot: borrowing Snapshot, _ store: ProductStore,
    _ cancellation: Cancellation
  ) throws -> [VerifyFinding] {
    var findings: [VerifyFinding] = []
    try snapshot.forEachID { id, slot in
      try cancellation.check()
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
}
