package import HNSW

/// Changes of products that one transaction makes together.
package struct ProductBatch: Sendable {
  enum Change: Sendable {
    case put(Product, contentHash: [UInt8])
    case remove
  }

  private(set) var changes: [Slot: Change] = [:]

  package init() {}

  /// Stores a product under a slot, in place of the one that is there.
  ///
  /// - Parameter contentHash: up to 255 bytes that mean what the caller wants; kept with the
  ///   product, so that a later ingest can tell what has changed.
  package mutating func put(_ product: Product, contentHash: [UInt8], slot: Slot) {
    changes[slot] = .put(product, contentHash: contentHash)
  }

  /// Removes the product of a slot; nothing happens if there is none.
  package mutating func remove(slot: Slot) { changes[slot] = .remove }
}
