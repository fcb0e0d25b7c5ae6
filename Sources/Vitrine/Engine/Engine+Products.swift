internal import HNSW
internal import LMDB
import Synchronization

extension Engine {
  /// The product of an id; nil if there is none.
  ///
  /// - Throws: ``VitrineError/storage(_:)``.
  public func product(_ id: String) async throws -> Product? {
    try await OffPool.run { [self] in
      try storing(path) {
        try read { txn, snapshot, store in
          guard let slot = try snapshot.slot(of: id) else { return nil }
          return try store.product(at: slot, in: txn)
        }
      }
    }
  }

  /// The vector of a product, as precise as the index stores it; nil if there is none.
  ///
  /// - Throws: ``VitrineError/storage(_:)``.
  public func vector(_ id: String) async throws -> [Float]? {
    try await OffPool.run { [self] in
      try storing(path) {
        try read { _, snapshot, _ in try snapshot.slot(of: id).flatMap { snapshot.vector(of: $0) } }
      }
    }
  }

  /// Up to so many ids that begin so, in their order. Does not leave the caller's thread: it is quick.
  package func ids(beginning prefix: String, limit: Int) throws -> [String] {
    try read { _, snapshot, _ in
      var ids: [String] = []
      try snapshot.forEachID(beginning: prefix) { id, _ in
        ids.append(id)
        return ids.count < limit
      }
      return ids
    }
  }

  /// The encoded photograph of a product, from where the catalogue had it; nil if it has none or
  /// it is not there any more.
  ///
  /// - Throws: ``VitrineError`` if the index cannot be read.
  public func imageBytes(of product: Product) async throws -> [UInt8]? {
    try await OffPool.run { [self] in
      guard let image = product.image else { return nil }
      for path in try description.imageRoots {
        if let found = try? open(path)?.photograph(named: image, id: product.id) {
          return found.bytes
        }
      }
      return nil
    }
  }

  /// A folder or TAR file of photographs, opened once; nil if it is not there any more.
  private func open(_ path: String) -> ImageRoot? {
    if let known = images.withLock({ $0[path] }) { return known }
    guard let opened = try? ImageRoot(path: path) else { return nil }
    images.withLock { $0[path] = opened }
    return opened
  }
}
