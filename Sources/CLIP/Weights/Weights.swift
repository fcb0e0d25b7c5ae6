import Foundation

/// The tensors of a checkpoint: one `model.safetensors`, or the shards that
/// `model.safetensors.index.json` lists. Safe to read from any thread.
public struct Weights: Sendable {
  /// Where messages point: the file, or the index of the shards.
  public let path: String
  private let locations: [String: Int]
  let shards: [Safetensors]

  /// Maps and checks the weights in `directory`.
  ///
  /// - Throws: ``ModelError`` when no safetensors are there or a header contradicts its file.
  public init(directory: String) throws(ModelError) {
    let whole = directory + "/model.safetensors"
    let index = whole + ".index.json"
    if MappedFile.exists(whole) {
      try self.init(path: whole, shardPaths: [whole], locations: nil)
    } else if MappedFile.exists(index) {
      let map = try decodeJSON(ShardIndex.self, at: index).weightMap
      let names = Set(map.values).sorted()
      for name in names where name.contains("/") {
        throw .malformed(path: index, expected: "file names in weight_map", found: name)
      }
      try self.init(
        path: index, shardPaths: names.map { directory + "/" + $0 },
        locations: map.mapValues { name in names.firstIndex(of: name) ?? 0 })
    } else {
      let pickled = MappedFile.exists(directory + "/pytorch_model.bin")
      throw .unreadable(
        path: whole,
        reason: pickled
          ? "not found; only pytorch_model.bin is here: save the model as safetensors"
          : "not found, and no model.safetensors.index.json either")
    }
  }

  private init(
    path: String, shardPaths: [String], locations: [String: Int]?
  ) throws(ModelError) {
    self.path = path
    var shards: [Safetensors] = []
    for shard in shardPaths { shards.append(try Safetensors(path: shard)) }
    if let locations {
      for (name, shard) in locations where shards[shard].entries[name] == nil {
        throw .malformed(
          path: path, expected: "tensor \(name) in \(shards[shard].file.path)", found: "none")
      }
    }
    self.shards = shards
    self.locations = locations ?? shards[0].entries.mapValues { _ in 0 }
  }

  /// Bytes of all files together.
  public var byteCount: Int { shards.reduce(0) { $0 + $1.file.bytes.count } }

  /// The tensor `name`, whose shape must be `shape`.
  ///
  /// - Throws: ``ModelError`` with the name, wanted and found, when it is missing, misshapen or not
  ///   of a floating-point type of at most 32 bits.
  public func tensor(_ name: String, shape: [Int]) throws(ModelError) -> Tensor {
    guard let shard = locations[name], let entry = shards[shard].entries[name] else {
      throw .missingTensor(path: path, name: name, expected: shape)
    }
    let file = shards[shard].file
    guard entry.shape == shape else {
      throw .misshapenTensor(path: file.path, name: name, expected: shape, found: entry.shape)
    }
    guard let type = ElementType(rawValue: entry.type) else {
      throw .tensorType(path: file.path, name: name, found: entry.type)
    }
    return Tensor(
      name: name, shape: shape, type: type, count: shape.reduce(1, *), file: file,
      offset: entry.offset)
  }
}

private struct ShardIndex: Decodable {
  let weightMap: [String: String]
  enum CodingKeys: String, CodingKey { case weightMap = "weight_map" }
}
