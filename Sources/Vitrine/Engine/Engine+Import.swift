import HNSW

extension Engine {
  /// Stores vectors that exist already, and what a catalogue says of their products.
  ///
  /// Vectors go in first, then attributes by id; both skip what is unchanged, so that an import
  /// that was stopped goes on where it was. All files are looked at before anything is stored.
  /// Without attributes, those of products that are in the index already stay.
  ///
  /// - Throws: ``VitrineError`` for files that cannot be read or do not fit each other or the
  ///   index, with the file and the row; with ``IngestOptions/strict`` at the first note.
  public func importVectors(
    _ source: VectorSource, options: IngestOptions = IngestOptions(),
    progress: @escaping @Sendable (IngestProgress) -> Void = { _ in }
  ) async throws -> IngestReport {
    let task = VectorImport(engine: self, source: source, options: options, progress: progress)
    let report = try await withTaskCancellationHandler {
      try await OffPool.run { try task.run() }
    } onCancel: {
      task.cancel()
    }
    if !report.cancelled { try await calibrateIfDue() }
    return report
  }

  /// Says of which model the vectors are, where an import has left that open; from then on the
  /// index can be opened with that model.
  ///
  /// - Throws: ``VitrineError/modelMismatch(index:model:)`` if they are of another,
  ///   ``VitrineError/dimensionMismatch(expected:found:)`` if they cannot be of this one.
  public func setModel(_ embedder: any Embedder) throws(VitrineError) {
    guard embedder.dimensions == configuration.dimensions else {
      throw .dimensionMismatch(expected: configuration.dimensions, found: embedder.dimensions)
    }
    try updateDescription { description in
      guard description.model.isEmpty || description.model == embedder.fingerprint else {
        throw VitrineError.modelMismatch(index: description.model, model: embedder.fingerprint)
      }
      description.model = embedder.fingerprint
    }
  }
}
