internal import HNSW
internal import LMDB

extension Engine {
  /// Reads a catalogue, embeds its photographs and stores its products.
  ///
  /// Runs again over the same catalogue touch only what changed: a product whose photograph and
  /// metadata are as they were is left alone, one whose metadata alone changed keeps its vector.
  /// Rows that cannot be used are noted and the others go in. A crash or a cancelled task leaves
  /// every committed batch; running again goes on from there.
  ///
  /// - Parameters:
  ///   - source: the catalogue and where its photographs are.
  ///   - options: what to do about bad rows and vanished products, and how much at once.
  ///   - progress: called from the storing thread, about ten times a second.
  /// - Returns: what was done; when the task was cancelled, what was done until then.
  /// - Throws: ``VitrineError`` if the catalogue cannot be read at all, its columns contradict
  ///   those of the index, there is no embedder, or storing fails; with
  ///   ``IngestOptions/strict`` at the first note.
  public func ingest(
    _ source: CatalogueSource, options: IngestOptions = IngestOptions(),
    progress: @escaping @Sendable (IngestProgress) -> Void = { _ in }
  ) async throws -> IngestReport {
    guard let embedder else { throw VitrineError.noEmbedder(operation: "ingesting a catalogue") }
    let pipeline = IngestPipeline(
      engine: self, embedder: embedder, source: source, options: options, progress: progress)
    let report = try await withTaskCancellationHandler {
      try await OffPool.run { try pipeline.run() }
    } onCancel: {
      pipeline.cancel()
    }
    if !report.cancelled { try await calibrateIfDue() }
    return report
  }

  /// Samples anew what similarities are usual, if the index has doubled since that was done.
  func calibrateIfDue() async throws {
    let isDue = try await OffPool.run { [self] in
      try storing(path) {
        try read { txn, snapshot, _ in
          let sampled = try SimilarityCalibration.stored(in: txn)?.products ?? 0
          return snapshot.count > 0 && snapshot.count >= 2 * sampled
        }
      }
    }
    if isDue { try await calibrate() }
  }
}
