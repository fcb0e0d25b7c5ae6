internal import HNSW
internal import LMDB

extension Engine {
  /// Samples what similarities are usual in this index and stores that, so that scores mean the
  /// same from query to query; see ``SimilarityCalibration``.
  ///
  /// To be called when the index has been filled, and again when it has grown much. Ingestion does
  /// both. Without a model only photographs are sampled.
  ///
  /// - Throws: ``VitrineError`` and what the model throws.
  /// - Complexity: a few dozen texts to embed and searches, whatever the size of the index.
  @discardableResult
  public func calibrate() async throws -> SimilarityCalibration {
    try await Cancellation.offload { [self] in try calibrate($0) }
  }

  /// The same on the caller's thread.
  @discardableResult
  func calibrate(_ cancellation: Cancellation) throws -> SimilarityCalibration {
    let probes = try read { txn, snapshot, store in
      try Self.probes(snapshot, txn, store)
    }
    let texts = probes.isEmpty ? [] : try embedder?.embed(texts: probes) ?? []
    try cancellation.check()
    let calibration = try read { _, snapshot, _ in
      SimilarityCalibration(
        products: snapshot.count, images: try SimilarityCalibration.sampledImages(snapshot),
        texts: try SimilarityCalibration.sampledTexts(texts, snapshot))
    }
    try writing { index in
      try index.environment.write { (txn: borrowing WriteTransaction) in
        try calibration.store(in: txn)
      }
    }
    return calibration
  }

  /// Texts such as users write: the titles of some products, or their keywords.
  private static func probes(
    _ snapshot: borrowing Snapshot, _ txn: borrowing ReadTransaction, _ store: ProductStore
  ) throws -> [String] {
    let fields = zip(store.schema.attributes, store.fieldWeights)
      .filter { $0.0.kind.hasWords }.sorted { $0.1 > $1.1 }.map(\.0)
    var probes: [String] = []
    for slot in SimilarityCalibration.sample(of: snapshot, 32) {
      guard let product = try store.product(at: slot, in: txn) else { continue }
      let words = fields.lazy.compactMap { product.attributes[$0.name]?.label }.first
      if let words, !words.isEmpty { probes.append(words) }
    }
    return probes
  }
}
