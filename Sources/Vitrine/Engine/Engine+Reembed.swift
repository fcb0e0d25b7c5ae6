internal import HNSW
internal import LMDB

/// How an index is brought to another model.
public struct ReembedOptions: Sendable {
  /// Where photographs are looked for first, a folder or a TAR file; then where the index knows them to be.
  public var images: String?
  /// Threads that decode and embed, 1 to 1024; nil for the engine's.
  public var threads: Int?
  /// Leave products out whose photographs cannot be used, instead of leaving the index as it is.
  public var leavesOut = false
  /// Put the new index in order, as an ingestion does.
  public var compacts = true
  /// Where to write the products that cannot be used, as CSV; nil for nowhere. Removed if there are none.
  public var reportPath: String?

  /// The defaults.
  public init() {}

  /// How the products are ingested.
  var ingest: IngestOptions {
    var ingest = IngestOptions()
    ingest.threads = threads
    ingest.reportPath = reportPath
    // Beside the old index it would not be found again after a crash.
    ingest.compacts = false
    return ingest
  }
}

extension Engine {
  /// Looks at all photographs anew with another model, fills an index of its vectors beside this one, and
  /// puts that in the place of this one in one step. Ids, attributes and where photographs are stay as they
  /// are, and the next ingestion of the same catalogue finds nothing changed.
  ///
  /// Searches with the old model go on meanwhile, in this and other processes; writers wait. Needs room for a
  /// second file beside the index. Afterwards engines with the old model refuse what they are asked, with
  /// ``VitrineError/modelMismatch(index:model:)``: open the index again. Products without a photograph are
  /// embedded by their words if they were so before.
  ///
  /// - Parameters:
  ///   - embedder: the model.
  ///   - options: where photographs are, and what becomes of products that have none.
  ///   - progress: called from the storing thread, about ten times a second.
  /// - Returns: what was done, each product a row.
  /// - Throws: ``VitrineError``: ``VitrineError/badData(path:row:column:reason:)`` if products cannot be
  ///   embedded that are not to be left out; `CancellationError`. The index is then as before.
  public func reembed(
    with embedder: any Embedder, options: ReembedOptions = ReembedOptions(),
    progress: @escaping @Sendable (IngestProgress) -> Void = { _ in }
  ) async throws -> IngestReport {
    try await Cancellation.offload { [self] cancellation in
      let ingest = options.ingest
      try ingest.validate()
      var report = try replace { old, path in
        try storingUnlessCancelled(self.path) {
          try embedAll(old, embedder, to: path, options, ingest, cancellation, progress)
        }
      }
      let next = try Engine(path: path, embedder: embedder, options: self.options)
      if options.compacts, next.isCompactionDue { next.putInOrder(&report, cancellation) }
      return report
    }
  }

  /// Fills a new index with the products of this one. It is closed again on return.
  private func embedAll(
    _ old: OpenIndex, _ embedder: any Embedder, to path: String, _ options: ReembedOptions,
    _ ingest: IngestOptions, _ cancellation: Cancellation,
    _ progress: @escaping @Sendable (IngestProgress) -> Void
  ) throws -> IngestReport {
    var description = try self.description
    description.model = embedder.fingerprint
    if let images = options.images { description.look(for: try ImageRoot(path: images).path) }
    let target = try old.makeIndex(
      like: configuration, of: embedder, description, at: path, self.options)

    let notes = try options.reportPath.map { try NoteFile(path: $0) }
    var writer = IngestWriter(engine: target, options: ingest, notes: notes)
    writer.schema = description.schema
    var meter = IngestMeter(report: progress)
    meter.totalRows = try count
    let worker = IngestWorker(
      engine: target, embedder: embedder,
      images: description.imageRoots.compactMap { try? ImageRoot(path: $0) },
      schema: description.schema, imageColumn: "", textOnly: false)
    let reader = ProductReader(engine: self, chunkSize: ingest.chunkSize)
    let threads = ingest.threads ?? self.options.threads
    try IngestStages(worker, ingest, threads: threads, cancellation).run(&writer, &meter) {
      send throws(VitrineError) in try reader.run(send: send)
    }
    try cancellation.check()
    var report = writer.finish(&meter, cancellation)
    (report.reembedded, report.inserted) = (report.inserted, 0)
    try options.check(report, of: self.path)
    try target.calibrate(cancellation)
    return report
  }
}

extension OpenIndex {
  /// Makes an empty index for vectors of another model, whose description comes after this one's.
  fileprivate func makeIndex(
    like configuration: IndexConfiguration, of embedder: any Embedder,
    _ description: IndexDescription, at path: String, _ options: Engine.Options
  ) throws -> Engine {
    var configuration = configuration
    configuration.dimensions = embedder.dimensions
    try OpenIndex.create(path: path, configuration: configuration, description: description)
    let revision = try environment.read { (txn: borrowing ReadTransaction) in
      try IndexDescription.revision(in: txn)
    }
    let engine = try Engine(path: path, embedder: embedder, options: options)
    try engine.current.environment.write { (txn: borrowing WriteTransaction) in
      try description.write(in: txn, after: revision)
    }
    return engine
  }
}

extension ReembedOptions {
  /// Refuses to go on without products that are not to be left out, or without any.
  fileprivate func check(_ report: IngestReport, of path: String) throws {
    guard let first = report.notes.first else { return }
    if leavesOut, report.reembedded > 0 { return }
    let all =
      report.rejected == report.rows
      ? "none of its products can be embedded"
      : "\(report.rejected) of \(report.rows) products cannot be embedded"
    throw VitrineError.badData(
      path: path, row: 0, column: nil,
      reason: "\(all), such as \(first.id): \(first.reason); the index is as it was")
  }
}
