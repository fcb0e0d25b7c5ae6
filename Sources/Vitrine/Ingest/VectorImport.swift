internal import HNSW
internal import LMDB

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
    var rows = 0
    do {
      try storeVectors(ids, file, &writer, &meter)
      rows = writer.report.rows
      if let attributes, !stops { try storeAttributes(attributes, &writer) }
    } catch let stopped as IngestWriter.Stopped {
      throw stopped.note.error(in: source.attributes?.path ?? source.vectors)
    } catch {
      throw VitrineError(error, path: engine.path)
    }
    return writer.finish(rows: rows, &meter, cancellation)
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
          row: row, known: known[Array(ids[row].utf8)] ?? (Product(id: ids[row]), nil),
          vector: Array(vectors[from..<from + file.dimensions]))
      }
      try writer.take(IngestOutcomes(number: number, outcomes: outcomes))
      meter.show(.embedding, writer.report, embedded: writer.embedded)
    }
    try writer.commit()
  }

  private func outcome(
    row: Int, known: (product: Product, record: ContentRecord?), vector: [Float]
  ) -> IngestOutcome {
    guard vector.allSatisfy(\.isFinite), vector.contains(where: { $0 != 0 }) else {
      let note = RowNote(
        row: row + 1, id: known.product.id, column: "",
        reason: "expected finite numbers that are not all zero", outcome: .rejected)
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
    return IngestReader(survey: survey, schema: schema, chunkSize: 1024)
  }

  /// Brings the products to what the catalogue says of them; they keep their vectors.
  private func storeAttributes(_ reader: IngestReader, _ writer: inout IngestWriter) throws {
    writer.restart()
    var failure: (any Error)?
    try reader.run { chunk in
      do {
        try writer.take(try outcomes(of: chunk))
        return !stops
      } catch {
        failure = error
        return false
      }
    }
    if let failure { throw failure }
    try writer.commit()
  }

  private func outcomes(of chunk: IngestChunk) throws(VitrineError) -> IngestOutcomes {
    var products: [Product] = []
    for case .product(let product) in chunk.items.map(\.content) { products.append(product) }
    let known = try engine.stored(products.map(\.id))
    let outcomes = chunk.items.map { item in
      var outcome = IngestOutcome(row: item.row, action: .nothing, notes: item.notes)
      guard case .product(let product) = item.content else { return outcome }
      guard let old = known[Array(product.id.utf8)] else {
        outcome.notes.append(
          RowNote(
            row: item.row, id: product.id, column: "", reason: "there is no vector of this id",
            outcome: .rejected))
        return outcome
      }
      var kept = product
      kept.image = product.image ?? old.product.image
      let record = ContentRecord(source: old.record?.source ?? [], product: kept)
      if old.record != record { outcome.action = .update(product, source: nil) }
      return outcome
    }
    return IngestOutcomes(number: chunk.number, outcomes: outcomes)
  }
}

extension Engine {
  /// The products of ids with what the index remembers of their content.
  func stored(
    _ ids: [String]
  ) throws(VitrineError) -> [[UInt8]: (product: Product, record: ContentRecord?)] {
    try storing(path) {
      try read { txn, snapshot, store in
        var found: [[UInt8]: (product: Product, record: ContentRecord?)] = [:]
        for id in ids {
          guard let slot = try snapshot.slot(of: id),
            let product = try store.product(at: slot, in: txn)
          else { continue }
          let record = try store.contentHash(at: slot, in: txn)
          found[Array(id.utf8)] = (product, record.flatMap(ContentRecord.init(stored:)))
        }
        return found
      }
    }
  }
}
