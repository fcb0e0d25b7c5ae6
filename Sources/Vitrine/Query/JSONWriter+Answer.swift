import LMDB

extension JSONWriter {
  /// All of an answer but its hits and its time.
  mutating func members(of response: SearchResponse) throws {
    member("query") { $0.string(response.query) }
    member("path") { $0.string(response.path) }
    member("exact") { $0.boolean(response.exact) }
    member("matches") { writer in
      if let matches = response.matches { writer.integer(matches) } else { writer.raw("null") }
    }
    if !response.notes.isEmpty { member("notes") { $0.array(response.notes) } }
    if let cursor = response.cursor { member("cursor") { $0.string(cursor) } }
    if let facets = response.facets { try member("facets") { try $0.encode(facets) } }
    if let plan = response.plan { try member("plan") { try $0.encode(plan) } }
  }

  /// A product that was found, straight from its record: attributes in the order of the schema.
  mutating func write(
    _ found: FoundProduct, _ wanted: [Bool]?, _ store: ProductStore,
    _ txn: borrowing ReadTransaction
  ) throws {
    let isWhole = try object { writer in
      let isWhole = try txn.withValue(in: store.products, for: found.slot) { record in
        ProductRecord.write(record, to: &writer, keys: store.jsonKeys, wanted: wanted)
      }
      writer.member("score") { $0.number(found.score) }
      if let words = found.words { writer.member("words") { $0.array(words) } }
      if let parts = found.explain { try writer.member("explain") { try $0.encode(parts) } }
      return isWhole
    }
    guard isWhole == true else {
      throw VitrineError.damaged("the product of slot \(found.slot)")
    }
  }
}
