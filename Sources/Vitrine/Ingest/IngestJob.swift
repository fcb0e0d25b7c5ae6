/// A row on its way through the pipeline.
struct IngestItem: Sendable {
  /// What is known of the row.
  enum Content: Sendable {
    /// To be compared with the index and embedded if it changed.
    case product(Product)
    /// Not to go in: a note says why, here or with the row that comes in its place.
    case nothing
  }

  let row: Int
  let content: Content
  var notes: [RowNote] = []
  /// What is remembered of the row that a product was made of, where it does not come from that itself.
  var record: ContentRecord?
  /// Whether its words were embedded for want of a photograph.
  var wasWords = false
  /// The row before of the same id, which is tried where this one cannot be used.
  var earlier: [IngestItem] = []
}

/// Rows that travel together; numbered, so that they are stored in the catalogue's order.
struct IngestChunk: Sendable {
  let number: Int
  var items: [IngestItem] = []
}

/// Puts items into chunks of a size, and hands those over.
struct IngestChunks {
  let size: Int
  private var chunk = IngestChunk(number: 0)

  init(of size: Int) { self.size = size }

  /// Adds an item.
  ///
  /// - Returns: false if it fills a chunk that `send` does not take.
  mutating func add(_ item: IngestItem, send: (IngestChunk) -> Bool) -> Bool {
    chunk.items.append(item)
    return chunk.items.count < size || flush(send: send)
  }

  /// Hands over what is left.
  @discardableResult
  mutating func flush(send: (IngestChunk) -> Bool) -> Bool {
    guard !chunk.items.isEmpty else { return true }
    let full = chunk
    chunk = IngestChunk(number: full.number + 1)
    return send(full)
  }
}

/// What is to be done with a row.
struct IngestOutcome: Sendable {
  enum Action: Sendable {
    case nothing
    case unchanged
    case update(Product, source: [UInt8]?)
    case put(Product, ContentRecord, vector: [Float])
  }

  let row: Int
  var action: Action
  var notes: [RowNote]
}

/// The outcomes of one chunk.
struct IngestOutcomes: Sendable {
  let number: Int
  let outcomes: [IngestOutcome]
}
