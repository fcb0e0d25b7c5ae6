internal import Foundation
internal import HNSW

/// One ingestion of a catalogue.
final class IngestPipeline: Sendable {
  private let engine: Engine
  private let embedder: any Embedder
  private let source: CatalogueSource
  private let options: IngestOptions
  private let progress: @Sendable (IngestProgress) -> Void
  private let cancellation = Cancellation()

  init(
    engine: Engine, embedder: any Embedder, source: CatalogueSource, options: IngestOptions,
    progress: @escaping @Sendable (IngestProgress) -> Void
  ) {
    self.engine = engine
    self.embedder = embedder
    self.source = source
    self.options = options
    self.progress = progress
  }

  /// Makes `run` return soon, with everything that it reports stored.
  func cancel() { cancellation.cancel() }

  private var stops: Bool { cancellation.isCancelled }

  /// Runs the ingestion on this thread and others, and returns when all is stored.
  ///
  /// - Throws: ``VitrineError``; what was committed before stays.
  func run() throws(VitrineError) -> IngestReport {
    try options.validate()
    progress(IngestProgress(phase: .surveying))
    let notes: NoteFile? =
      if let path = options.reportPath { try NoteFile(path: path) } else { nil }
    var writer = IngestWriter(engine: engine, options: options, notes: notes)
    var meter = IngestMeter(report: progress)
    if let survey = try survey() {
      meter.totalRows = survey.rows + survey.badRows
      writer.tell(survey.hints)
      let unnamed = options.prune ? try unnamed(by: survey, &writer) : []
      do throws(VitrineError) {
        try embed(survey, &writer, &meter)
        if !unnamed.isEmpty, !stops { try prune(unnamed, &writer, &meter) }
      } catch {
        throw error.after(writer.storedRows, "rows")
      }
    }
    return writer.finish(&meter, cancellation)
  }

  /// A first look at the catalogue; nil if the ingestion was stopped during it.
  private func survey() throws(VitrineError) -> CatalogueSurvey? {
    let stored = try engine.schema
    do {
      return try CatalogueSurvey(source, stored: stored, isCancelled: { stops })
    } catch let error as VitrineError {
      throw error
    } catch {
      return nil
    }
  }

  /// Embeds and stores the rows of the catalogue.
  private func embed(
    _ survey: CatalogueSurvey, _ writer: inout IngestWriter, _ meter: inout IngestMeter
  ) throws(VitrineError) {
    let folder = (source.path as NSString).deletingLastPathComponent
    let images = try ImageRoot(path: source.images ?? (folder.isEmpty ? "." : folder))
    let description = try engine.updateDescription { description in
      description.schema = try description.schema.merged(
        given: source.schema, inferred: survey.attributes, mapping: survey.mapping)
      description.look(for: images.path)
    }
    writer.schema = description.schema
    let reader = IngestReader(
      survey: survey, schema: description.schema, chunkSize: options.chunkSize,
      keepsEarlier: !options.strict)
    let worker = IngestWorker(
      engine: engine, embedder: embedder, images: [images], schema: description.schema,
      imageColumn: survey.mapping.image ?? "", textOnly: options.textOnly)
    let stages = IngestStages(
      worker, options, threads: options.threads ?? engine.options.threads, cancellation)
    do {
      try stages.run(&writer, &meter) { send throws(VitrineError) in try reader.run(send: send) }
    } catch let stopped as IngestWriter.Stopped {
      throw stopped.note.error(in: source.path)
    } catch {
      throw VitrineError(error, path: engine.path)
    }
  }

  /// The products of the index that the catalogue does not name. If some of its rows cannot be
  /// read, what they name is unknown, and there are none.
  ///
  /// - Throws: ``VitrineError/badData(path:row:column:reason:)`` if they are most of the index.
  private func unnamed(
    by survey: CatalogueSurvey, _ writer: inout IngestWriter
  ) throws(VitrineError) -> [String] {
    let unknown = survey.badRows + survey.rowsWithoutID
    guard unknown == 0 else {
      writer.refusePruning(
        unknown == 1
          ? "1 row cannot be read, so its id is unknown"
          : "\(unknown) rows cannot be read, so their ids are unknown")
      return []
    }
    var ids: [String] = []
    var count = 0
    try storing(engine.path) {
      try engine.read { _, snapshot, _ in
        count = snapshot.count
        try snapshot.forEachID { id, _ in
          if !survey.names(id) { ids.append(id) }
          return true
        }
      }
    }
    guard options.pruneMost || ids.count <= count / 2 else {
      throw .badData(
        path: source.path, row: 0, column: nil,
        reason: "pruning would delete \(ids.count) of the \(count) products of the index; "
          + "if they are to go, say so with prune-most")
    }
    return ids
  }

  private func prune(
    _ ids: [String], _ writer: inout IngestWriter, _ meter: inout IngestMeter
  ) throws(VitrineError) {
    meter.show(.pruning, writer.report, embedded: writer.embedded)
    for id in ids where !stops { try writer.delete(id) }
    try writer.commit()
  }
}

extension VitrineError {
  /// The error as one that ended the storing of a batch: with how much had been stored by then.
  func after(_ count: Int, _ things: String) -> VitrineError {
    guard count > 0 else { return self }
    let stored = "; what came of the first \(count) \(things) is stored"
    return switch self {
    case .storage(let text): .storage(text + stored)
    case .file(let path, let reason): .file(path: path, reason: reason + stored)
    default: self
    }
  }
}

extension RowNote {
  /// The note as an error that ends an ingestion.
  func error(in path: String) -> VitrineError {
    .badData(path: path, row: row, column: column.isEmpty ? nil : column, reason: reason)
  }
}
