/// How a catalogue is ingested.
public struct IngestOptions: Sendable {
  /// Threads that decode and embed, 1 to 1024; nil for the engine's.
  public var threads: Int?
  /// Products per transaction, 1 to 1,000,000. A crash loses at most the work of one.
  public var batchSize = 1024
  /// Photographs handed to the model at once, 1 to 1,000,000; vectors are imported without a model.
  public var chunkSize = 16
  /// Seconds after which a transaction is committed even if it is not full; may be infinite.
  public var batchSeconds = 10.0
  /// Stop at the first row that is to be reported, after committing all rows before it.
  public var strict = false
  /// Delete the products that the catalogue does not name any more. Imports of vectors refuse it.
  public var prune = false
  /// Prune even if that deletes more than half of the index, which else is taken for the mistake of
  /// a catalogue that was cut short.
  public var pruneMost = false
  /// Embed the words of products that have no photograph, instead of reporting them. Words and
  /// photographs lie apart in CLIP's space: mix them with care. Imports of vectors refuse it.
  public var textOnly = false
  /// Put an index of 10,000 products or more in order at the end, as ``Engine/compact(progress:)`` does but with all
  /// attributes, when half of it or more is new since that was done last. Takes room for a second file. Not
  /// done to an index that is larger than half of the machine's memory, where it would take long.
  public var compacts = true
  /// Where to write the rows that did not go in whole, as CSV; nil for nowhere. Removed if there
  /// are none.
  public var reportPath: String?

  /// The defaults.
  public init() {}

  /// - Throws: ``VitrineError/invalidArgument(_:)`` for a number out of its bounds.
  func validate() throws(VitrineError) {
    let counts = [
      ("threads", threads ?? 1, 1024), ("batchSize", batchSize, 1_000_000),
      ("chunkSize", chunkSize, 1_000_000),
    ]
    for (name, value, most) in counts where !(1...most).contains(value) {
      throw .invalidArgument("\(name): expected 1 to \(most), found \(value)")
    }
    guard batchSeconds >= 0 else {
      throw .invalidArgument("batchSeconds: expected 0 or more, found \(batchSeconds)")
    }
  }
}

/// How far an ingestion has come.
public struct IngestProgress: Sendable {
  /// What is being done.
  public enum Phase: String, Sendable {
    /// Reading the catalogue once to learn its columns and length.
    case surveying
    /// Reading, embedding and storing.
    case embedding
    /// Deleting what the catalogue does not name.
    case pruning
    /// Putting the index in order.
    case compacting
    /// Nothing any more.
    case done
  }

  /// What is being done.
  public var phase: Phase
  /// Rows dealt with.
  public var rows = 0
  /// Rows of the catalogue; 0 while that is unknown.
  public var totalRows = 0
  /// Products embedded.
  public var embedded = 0
  /// Rows reported as bad.
  public var rejected = 0
  /// Products embedded per second of late.
  public var imagesPerSecond = 0.0
  /// What is left at the rate of late; nil while that is unknown.
  public var remaining: Duration?
}

/// Something about a row that its owner should know.
public struct RowNote: Sendable, Hashable, Codable {
  /// What became of the row.
  public enum Outcome: String, Sendable, Hashable, Codable {
    /// The row did not go in.
    case rejected
    /// The row went in without this value.
    case valueDropped = "value dropped"
    /// A later row of the same id takes its place.
    case superseded
  }

  /// The row, counted as a spreadsheet does: from 1, the header of a CSV being row 1.
  public var row: Int
  /// The product's id, empty where unknown.
  public var id: String
  /// The column, empty where it is the whole row.
  public var column: String
  /// What was expected and what was found.
  public var reason: String
  /// What became of the row.
  public var outcome: Outcome
}

/// What an ingestion did.
public struct IngestReport: Sendable, Codable {
  /// Rows of the catalogue, or imported vectors, dealt with.
  public var rows = 0
  /// Products that are new.
  public var inserted = 0
  /// Products whose metadata alone changed.
  public var updated = 0
  /// Products whose photograph changed.
  public var reembedded = 0
  /// Products that are as they were.
  public var unchanged = 0
  /// Products deleted because the catalogue does not name them.
  public var pruned = 0
  /// Rows that did not go in.
  public var rejected = 0
  /// Values that did not go in.
  public var valuesDropped = 0
  /// Rows that a later one of the same id replaced.
  public var superseded = 0
  /// Rows of an import's attributes whose products have a vector; nil where there are no such rows.
  public var attributeRowsUsed: Int?
  /// Why nothing was pruned although that was asked for.
  public var pruneRefusal: String?
  /// Whether the index was put in order at the end.
  public var compacted = false
  /// Why it was not, although that was due; what is counted here is stored.
  public var compactRefusal: String?
  /// Whether it was stopped before the end; what is counted here is stored.
  public var cancelled = false
  /// Wall-clock seconds.
  public var seconds = 0.0
  /// Products embedded per second.
  public var imagesPerSecond = 0.0
  /// What the owner of the catalogue should know of its columns.
  public var hints: [String] = []
  /// Where all notes are, if there are any and a path was given.
  public var reportPath: String?
  /// The first notes.
  public var notes: [RowNote] = []

  private enum CodingKeys: String, CodingKey {
    case rows, inserted, updated, reembedded, unchanged, pruned, rejected, superseded, cancelled
    case compacted, seconds, hints, notes
    case valuesDropped = "values_dropped"
    case attributeRowsUsed = "attribute_rows_used"
    case pruneRefusal = "prune_refusal"
    case compactRefusal = "compact_refusal"
    case imagesPerSecond = "images_per_second"
    case reportPath = "report_path"
  }

  /// An empty report.
  public init() {}

  mutating func count(_ note: RowNote) {
    switch note.outcome {
    case .rejected: rejected += 1
    case .valueDropped: valuesDropped += 1
    case .superseded: superseded += 1
    }
    if notes.count < 20 { notes.append(note) }
  }
}
