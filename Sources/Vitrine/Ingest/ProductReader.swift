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
        var chunk = IngestChunk(number: 0)
        for slot in snapshot.slots.slots(atMost: .max) {
          guard let product = try store.product(at: slot, in: txn) else {
            throw VitrineError.damaged("the product of slot \(slot)")
          }
          let record = try store.contentHash(at: slot, in: txn).flatMap(ContentRecord.init(stored:))
          chunk.items.append(item(product, record, store.schema))
          if chunk.items.count == chunkSize {
            let next = IngestChunk(number: chunk.number + 1)
            guard send(chunk) else { return }
            chunk = next
          }
        }
        if !chunk.items.isEmpty { _ = send(chunk) }
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
