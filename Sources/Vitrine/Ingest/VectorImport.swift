internal import HNSW

/// One import of vectors that exist already.
final class VectorImport: Sendable {
  private let engine: Engine
  private let source: VectorSource
  private let options: IngestOptions
  private let progress: @Sendable (IngestProgress) -> Void
  private let cancellation = Cancellation()

  init(
    engine: Engine, source: VectorSource, options: IngestOptions,
    progress: @escaping @Sendable (IngestProgress) -> Void
  ) {
    self.engine = engine
    self.source = source
    self.options = options
    self.progress = progress
  }

  /// Makes `run` return soon, with everything that it reports stored.
  func cancel() { cancellation.cancel() }

  private var stops: Bool { cancellation.isCancelled }

  /// Runs the import on this thread.
  func run() throws(VitrineError) -> IngestReport {
    try check()
    progress(IngestProgress(phase: .surveying))
    let notes: NoteFile? =
      if let path = options.reportPath { try NoteFile(path: path) } else { nil }
    var writer = IngestWriter(engine: engine, options: options, notes: notes)
    var meter = IngestMeter(report: progress)
    let ids = try source.readIDs()
    let file = try VectorFile(path: source.vectors, rows: ids.count)
    guard file.dimensions == engine.configuration.dimensions else {
      throw .dimensionMismatch(
        expected: engine.configuration.dimensions, found: file.dimensions)
    }
    let attributes = try surveyAttributes()
    if let attributes { writer.schema = attributes.schema }
    meter.totalRows = ids.count
    try naming(source.vectors, "vectors", of: &writer) { writer in
      try storeVectors(ids, file, &writer, &meter)
    }
    let rows = writer.report.rows
    var used: Int?
    if let attributes, !stops {
      let path = attributes.survey.source.path
      try naming(path, "vectors and attributes", of: &writer) { writer in
        used = try storeAttributes(attributes, &writer)
      }
    }
    var report = writer.finish(rows: rows, &meter, cancellation)
    report.attributeRowsUsed = used
    return report
  }

  /// Runs a part of the import. What ends it names the file that is read, and how much was stored by then.
  private func naming(
    _ path: String, _ rows: String, of writer: inout IngestWriter,
    _ part: (inout IngestWriter) throws -> Void
  ) throws(VitrineError) {
    do {
      try part(&writer)
    } catch let stopped as IngestWriter.Stopped {
      throw stopped.note.error(in: path)
    } catch {
      throw VitrineError(error, path: engine.path).after(writer.storedRows, rows)
    }
  }

  private func check() throws(VitrineError) {
    try options.validate()
    guard !options.prune, !options.textOnly else {
      throw .invalidArgument(
        "an import of vectors: expected neither prune nor textOnly, found "
          + (options.prune ? "prune" : "textOnly"))
    }
  }

  /// Stores the vectors that are new or other than those of the index.
  private func storeVectors(
    _ ids: [String], _ file: VectorFile, _ writer: inout IngestWriter, _ meter: inout IngestMeter
  ) throws {
    let step = min(options.batchSize, 1024)
    for (number, first) in stride(from: 0, to: ids.count, by: step).enumerated() where !stops {
      let rows = first..<min(first + step, ids.count)
      let vectors = try file.read(rows)
      let known = try engine.stored(Array(ids[rows]))
      let outcomes = rows.map { row in
        let from = (row - first) * file.dimensions
        return outcome(
          row: row,
          known: known[IDBytes(ids[row])]
            ?? StoredProduct(product: Product(id: ids[row]), record: nil),
          vector: Array(vectors[from..<from + file.dimensions]))
      }
      try writer.take(IngestOutcomes(number: number, outcomes: outcomes))
      meter.show(.embedding, writer.report, embedded: writer.embedded)
    }
    try writer.commit()
  }

  private func outcome(
    row: Int, known: StoredProduct, vector: [Float]
  ) -> IngestOutcome {
    guard vector.hasDirection else {
      let found =
        vector.firstIndex { !$0.isFinite }.map { "\(vector[$0]) as number \($0 + 1)" }
        ?? "only zeros"
      let note = RowNote(
        row: row + 1, id: known.product.id, column: "",
        reason: "the vector of \"\(known.product.id)\" in \(source.vectors): "
          + "expected finite numbers that are not all zero, found \(found)", outcome: .rejected)
      return IngestOutcome(row: row + 1, action: .nothing, notes: [note])
    }
    let record = ContentRecord(
      source: ContentRecord.hash(ofVector: vector), product: known.product)
    return IngestOutcome(
      row: row + 1,
      action: known.record?.source == record.source
        ? .unchanged : .put(known.product, record, vector: vector),
      notes: [])
  }

  /// What will read the attributes; nil without a catalogue of them, and if the import was stopped.
  private func surveyAttributes() throws(VitrineError) -> IngestReader? {
    guard let catalogue = source.attributes else { return nil }
    let stored = try engine.schema
    let survey: CatalogueSurvey
    do {
      survey = try CatalogueSurvey(catalogue, stored: stored, isCancelled: { stops })
    } catch let error as VitrineError {
      throw error
    } catch {
      return nil
    }
    let schema = try engine.updateDescription { description in
      description.schema = try description.schema.merged(
        given: catalogue.schema, inferred: survey.attributes, mapping: survey.mapping)
    }.schema
    return IngestReader(
      survey: survey, schema: schema, chunkSize: 1024, keepsEarlier: !options.strict)
  }

  /// Brings the products to what the catalogue says of them; they keep their vectors.
  ///
  /// - Returns: how many rows could be used; nil if there are none.
  private func storeAttributes(
    _ reader: IngestReader, _ writer: inout IngestWriter
  ) throws -> Int? {
    writer.restart()
    var (rows, used) = (0, 0)
    var failure: (any Error)?
    try reader.run { chunk in
      do {
        let (next, known) = try outcomes(of: chunk, idColumn: reader.survey.mapping.id)
        try writer.take(next)
        rows += chunk.items.count
        used += known
        return !stops
      } catch {
        failure = error
        return false
      }
    }
    if let failure { throw failure }
    try writer.commit()
    return rows > 0 ? used : nil
  }

  /// What becomes of the rows of a chunk, and of how many there are vectors.
  private func outcomes(
    of chunk: IngestChunk, idColumn: String
  ) throws(VitrineError) -> (outcomes: IngestOutcomes, known: Int) {
    let attempts = chunk.items.enumerated().compactMap { IngestAttempt($1, at: $0) }
    let known = try engine.stored(attempts.compactMap { $0.lastProduct?.id })
    var outcomes = chunk.items.map {
      IngestOutcome(row: $0.row, action: .nothing, notes: $0.notes)
    }
    var used = 0
    for var attempt in attempts {
      guard let product = attempt.product else { continue }
      if let old = known[IDBytes(product.id)] {
        used += 1
        outcomes[attempt.index].action = action(for: product, old)
      } else {
        attempt.refuseAll(
          "\(source.attributes?.path ?? "") has \"\(product.id)\", but neither \(source.ids) nor the "
            + "index has a vector of this id")
      }
      outcomes[attempt.index].notes = attempt.notes(column: "", idColumn: idColumn)
    }
    return (IngestOutcomes(number: chunk.number, outcomes: outcomes), used)
  }

  private func action(for product: Product, _ old: StoredProduct) -> IngestOutcome.Action {
    var kept = product
    kept.image = product.image ?? old.product.image
    let record = ContentRecord(source: old.record?.source ?? [], product: kept)
    return old.record == record ? .nothing : .update(product, source: nil)
  }
}
