internal import HNSW
internal import LMDB

/// The products of an index in chunks, as the first stage of embedding them again.
struct ProductReader: Sendable {
  let engine: Engine
  let chunkSize: Int

  /// Hands the products over in the order of their slots, until there are no more or `send` takes none.
  func run(send: (IngestChunk) -> Bool) throws(VitrineError) {
    try storing(engine.path) {
      try engine.read { txn, snapshot, store in
        var chunks = IngestChunks(of: chunkSize)
        for slot in snapshot.slots.slots(atMost: .max) {
          guard let product = try store.product(at: slot, in: txn) else {
            throw VitrineError.damaged("the product of slot \(slot)")
          }
          let record = try store.contentHash(at: slot, in: txn).flatMap(ContentRecord.init(stored:))
          guard chunks.add(item(product, record, store.schema), send: send) else { return }
        }
        chunks.flush(send: send)
      }
    }
  }

  private func item(
    _ product: Product, _ record: ContentRecord?, _ schema: Schema
  ) -> IngestItem {
    let words = product.caption(schema).map(ContentRecord.hash(ofText:))
    return IngestItem(
      row: 0, content: .product(product), record: record,
      wasWords: words != nil && record?.source == words)
  }
}
