internal import HNSW
internal import LMDB

/// A product as the index has it, and what it remembers of its content.
struct StoredProduct: Sendable {
  let product: Product
  let record: ContentRecord?
}

extension Engine {
  /// The products of ids, as far as they are in the index.
  func stored(_ ids: [String]) throws(VitrineError) -> [IDBytes: StoredProduct] {
    try storing(path) {
      try read { txn, snapshot, store in
        var found: [IDBytes: StoredProduct] = [:]
        if snapshot.count == 0 { return found }
        for id in ids {
          guard let slot = try snapshot.slot(of: id),
            let product = try store.product(at: slot, in: txn)
          else { continue }
          let record = try store.contentHash(at: slot, in: txn)
          found[IDBytes(id)] = StoredProduct(
            product: product, record: record.flatMap(ContentRecord.init(stored:)))
        }
        return found
      }
    }
  }
}
