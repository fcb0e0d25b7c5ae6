internal import Foundation
internal import HNSW
internal import LMDB

/// What an export wrote.
public struct ExportReport: Sendable, Codable {
  /// Products written.
  public let products: Int
  /// The files, in the order vectors, ids, products, schema.
  public let files: [String]
}

extension Engine {
  /// Writes everything as files that ``importVectors(_:options:progress:)`` and other programs
  /// read: `vectors.npy` (f32), `ids.txt`, `products.jsonl` and `schema.json`, a ``Schema`` that
  /// also tells the model's fingerprint, where it is known.
  ///
  /// All of it is one snapshot, in the order that the index keeps products in. Files of an older export
  /// are replaced when the new ones are complete; one that is cancelled leaves no files.
  ///
  /// - Parameters:
  ///   - directory: where to write; it is made if it is not there.
  ///   - progress: is told now and then how many products of how many are written.
  /// - Throws: `CancellationError`, ``VitrineError/file(path:reason:)``,
  ///   ``VitrineError/badData(path:row:column:reason:)`` for an id with a line break,
  ///   ``VitrineError/storage(_:)``.
  public func export(
    to directory: String,
    progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) async throws -> ExportReport {
    try await Cancellation.offload { [self] cancellation in
      try storingUnlessCancelled(path) {
        try FileBytes.makeFolder(directory)
        let lock = try FolderLock(directory)
        defer { withExtendedLifetime(lock) {} }
        let files = try ["vectors.npy", "ids.txt", "products.jsonl", "schema.json"].map {
          try PartialFile(path: directory + "/" + $0)
        }
        let count = try read { txn, snapshot, store in
          try snapshot.checkBlocks()
          try write(txn, snapshot, store, vectors: files[0], ids: files[1], products: files[2]) {
            progress($0, snapshot.count)
            try cancellation.check()
          }
          let encoder = JSONEncoder()
          encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
          let model = try IndexDescription(in: txn, path: path).model
          let schema = store.schema.withColumnsApart
          try files[3].write(try encoder.encode(ExportedSchema(schema, model: model)))
          return snapshot.count
        }
        // Written before the first has its name, so that the four are of one export.
        for file in files { try file.complete() }
        for file in files { try file.finish() }
        return ExportReport(products: count, files: files.map(\.path))
      }
    }
  }

  private func write(
    _ txn: borrowing ReadTransaction, _ snapshot: borrowing Snapshot, _ store: ProductStore,
    vectors: PartialFile, ids: PartialFile, products: PartialFile, progress: (Int) throws -> Void
  ) throws {
    let dimensions = configuration.dimensions
    let schema = store.schema.withColumnsApart
    try vectors.write(
      Data(VectorFile.header(rows: snapshot.count, dimensions: dimensions)))
    for (done, slot) in snapshot.slots.slots(atMost: .max).enumerated() {
      if done.isMultiple(of: 1024) { try progress(done) }
      guard let vector = snapshot.vector(of: slot),
        let product = try store.product(at: slot, in: txn)
      else { throw VitrineError.damaged("slot \(slot)") }
      guard Product.isListable(product.id) else {
        throw VitrineError.badData(
          path: path, row: 0, column: "id",
          reason: "\(product.id.debugDescription) has a line break, which a list of ids cannot hold"
        )
      }
      try vectors.write(Data(vector.littleEndianBytes))
      try ids.write(Data((product.id + "\n").utf8))
      try products.write(Data((try schema.json(of: product) + "\n").utf8))
    }
  }
}

/// A schema, and of which model the vectors beside it are.
private struct ExportedSchema: Encodable {
  let schema: Schema
  let model: String

  init(_ schema: Schema, model: String) {
    self.schema = schema
    self.model = model
  }

  private enum CodingKeys: String, CodingKey { case model }

  func encode(to encoder: any Encoder) throws {
    try schema.encode(to: encoder)
    if model.isEmpty { return }
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(model, forKey: .model)
  }
}

extension Schema {
  /// The same, with columns of ids and images that no attribute is called like.
  fileprivate var withColumnsApart: Schema {
    let names = Set(attributes.map(\.name))
    func apart(_ column: String) -> String {
      names.contains(column) ? apart("_" + column) : column
    }
    return Schema(
      attributes: attributes, id: apart(id ?? "id"), image: image.map(apart))
  }

  /// The product as one line of JSON: id, image, and the attributes in order.
  func json(of product: Product) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes]
    func text(_ value: some Encodable) throws -> String {
      String(decoding: try encoder.encode(value), as: UTF8.self)
    }
    var members = ["\(try text(id ?? "id")):\(try text(product.id))"]
    if let path = product.image {
      members.append("\(try text(image ?? "image")):\(try text(path))")
    }
    for (attribute, value) in ordered(product) {
      members.append("\(try text(attribute.name)):\(try text(value))")
    }
    return "{" + members.joined(separator: ",") + "}"
  }
}
