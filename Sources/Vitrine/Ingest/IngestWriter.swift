/// The third stage: puts outcomes back in the catalogue's order and commits them in batches.
/// Used by one thread.
struct IngestWriter {
  /// Why `strict` stops.
  struct Stopped: Error {
    let note: RowNote
  }

  let engine: Engine
  let options: IngestOptions
  let notes: NoteFile?
  /// The attributes that products are brought to.
  var schema = Schema()
  private(set) var report = IngestReport()
  /// Products embedded so far, committed or not.
  private(set) var embedded = 0
  /// Rows of which all that came is stored.
  private(set) var storedRows = 0
  private var changes = Changes()
  private var early: [Int: IngestOutcomes] = [:]
  private var nextNumber = 0
  private var lastCommit = ContinuousClock.now

  init(engine: Engine, options: IngestOptions, notes: NoteFile?) {
    self.engine = engine
    self.options = options
    self.notes = notes
  }

  /// Takes what is to be told of the catalogue as a whole.
  mutating func tell(_ hints: [String]) { report.hints = hints }

  /// Takes the outcomes of a chunk, in any order of chunks.
  ///
  /// - Throws: ``VitrineError``; ``Stopped`` at the first note if `strict` is on, with everything
  ///   before it committed.
  mutating func take(_ outcomes: IngestOutcomes) throws {
    early[outcomes.number] = outcomes
    while let next = early.removeValue(forKey: nextNumber) {
      nextNumber += 1
      for outcome in next.outcomes { try take(outcome) }
      let isDue = (ContinuousClock.now - lastCommit).inSeconds > options.batchSeconds
      if changes.count >= options.batchSize || isDue { try commit() }
    }
  }

  private mutating func take(_ outcome: IngestOutcome) throws {
    if options.strict, let note = outcome.notes.first {
      try commit()
      throw Stopped(note: note)
    }
    for note in outcome.notes {
      report.count(note)
      try notes?.write(note)
    }
    report.rows += 1
    switch outcome.action {
    case .nothing: break
    case .unchanged: report.unchanged += 1
    case .update(let product, let source):
      changes.update(Changes.Update(product: product, source: source))
    case .put(let product, let record, let vector):
      changes.put(product, vector: vector, record: record.bytes)
      embedded += 1
    }
  }

  /// Deletes a product.
  mutating func delete(_ id: String) throws(VitrineError) {
    changes.delete(id)
    if changes.count >= options.batchSize { try commit() }
  }

  /// Expects chunks from number 0 again.
  mutating func restart() { nextNumber = 0 }

  /// Notes why nothing is pruned.
  mutating func refusePruning(_ reason: String) {
    report.pruneRefusal = "nothing was pruned: \(reason)"
  }

  /// Commits what is waiting.
  mutating func commit() throws(VitrineError) {
    lastCommit = .now
    if changes.count > 0 { try store() }
    storedRows = report.rows
    try notes?.flush()
  }

  /// Ends an ingestion whose last batch is committed: puts the index in order, if that is due.
  ///
  /// - Parameter rows: rows that have been dealt with; nil for all that were taken.
  /// - Returns: the report of all.
  func finish(
    rows: Int? = nil, _ meter: inout IngestMeter, _ cancellation: Cancellation
  ) -> IngestReport {
    var report = report
    if let rows { report.rows = rows }
    report.imagesPerSecond = meter.meanRate(embedded)
    report.cancelled = cancellation.isCancelled
    if options.compacts, !report.cancelled, engine.isCompactionDue {
      meter.show(.compacting, report, embedded: embedded)
      engine.putInOrder(&report, cancellation)
    }
    report.seconds = meter.seconds
    if let notes, notes.hasNotes { report.reportPath = notes.path }
    meter.show(.done, report, embedded: embedded)
    return report
  }

  private mutating func store() throws(VitrineError) {
    var batch = changes
    batch.schema = schema
    changes = Changes()
    let threads = options.threads ?? engine.options.threads
    let counts = try engine.commit(batch, threads: threads)
    report.inserted += counts.inserted
    report.reembedded += counts.replaced
    report.updated += batch.updates.count - counts.lost.count
    report.pruned += counts.deleted
    for id in counts.lost {
      let note = RowNote(
        row: 0, id: id, column: "",
        reason: "was deleted or given another photograph by another writer meanwhile; run again",
        outcome: .rejected)
      report.count(note)
      try notes?.write(note)
    }
  }
}
