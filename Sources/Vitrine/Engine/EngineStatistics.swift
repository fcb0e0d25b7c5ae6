internal import HNSW
internal import LMDB

/// What an index consists of.
public struct EngineStatistics: Sendable, Codable {
  /// Products, each with one vector.
  public let products: Int
  /// Numbers of a vector.
  public let dimensions: Int
  /// How distance is measured.
  public let metric: String
  /// How full vectors are stored.
  public let storage: String
  /// Bits of a number of the codes that the graph is walked on.
  public let codeBits: Int
  /// Links of a node of the graph.
  public let m: Int
  /// Breadth of the search that finds a new node's links.
  public let efConstruction: Int
  /// Nodes of each level of the graph, from 0 up.
  public let levels: [Int]
  /// Mean number of links of a node on level 0.
  public let meanDegree: Double
  /// Products that no walk can reach; more than none is a defect.
  public let unreachable: Int
  /// Slots that compaction would free.
  public let freeSlots: Int
  /// Bytes of vectors, codes and graph.
  public let vectorBytes: Int
  /// Bytes of the file.
  public let fileBytes: Int
  /// The fingerprint of the model that the vectors are of.
  public let model: String
  /// The folder or TAR file of the photographs.
  public let images: String?
  /// The attributes in order.
  public let attributes: [Attribute]

  private enum CodingKeys: String, CodingKey {
    case products, dimensions, metric, storage, m, levels, unreachable, model, images, attributes
    case codeBits = "code_bits"
    case efConstruction = "ef_construction"
    case meanDegree = "mean_degree"
    case freeSlots = "free_slots"
    case vectorBytes = "vector_bytes"
    case fileBytes = "file_bytes"
  }
}

extension Engine {
  /// Counts everything. O(links of the graph).
  ///
  /// - Throws: ``VitrineError/storage(_:)``.
  public func statistics() async throws -> EngineStatistics {
    try await OffPool.run { [self] in
      try storing(path) {
        try read { txn, snapshot, store in
          let description = try IndexDescription(in: txn, path: path)
          let graph = snapshot.statistics()
          return EngineStatistics(
            products: graph.count, dimensions: configuration.dimensions,
            metric: "\(configuration.metric)", storage: "\(configuration.storage)",
            codeBits: configuration.codeBits, m: configuration.m,
            efConstruction: configuration.efConstruction, levels: graph.levels.map(\.nodes),
            meanDegree: graph.levels.first?.meanDegree ?? 0, unreachable: graph.unreachable,
            freeSlots: graph.slotCapacity - graph.count, vectorBytes: graph.blockBytes,
            fileBytes: try current.environment.information.usedSize, model: description.model,
            images: description.images, attributes: store.schema.attributes)
        }
      }
    }
  }
}
