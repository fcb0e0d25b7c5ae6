internal import HNSW
internal import LMDB

/// The second stage: finds out what changed, and embeds that. Many run at once.
struct IngestWorker: Sendable {
  let engine: Engine
  let embedder: any Embedder
  /// Where photographs are looked for, one place after the other.
  let images: [ImageRoot]
  let schema: Schema
  let imageColumn: String
  let textOnly: Bool

  /// What is to be embedded for a product.
  private enum Source {
    case image([UInt8])
    case words(String)
  }

  /// What is to be done with the rows of a chunk.
  ///
  /// - Throws: ``VitrineError`` if the index cannot be read.
  func outcomes(of chunk: IngestChunk) throws(VitrineError) -> IngestOutcomes {
    var outcomes = chunk.items.map {
      IngestOutcome(row: $0.row, action: .nothing, notes: $0.notes)
    }
    let known = try records(of: chunk)
    var waiting: [(index: Int, product: Product, record: ContentRecord, source: Source)] = []
    for (index, item) in chunk.items.enumerated() {
      guard case .product(var product) = item.content else { continue }
      let old = known[Array(product.id.utf8)]
      do throws(ImageRoot.Missing) {
        let source = try source(of: &product)
        let record = ContentRecord(
          source: hash(of: source), metadata: item.record?.metadata, product: product)
        if let old, old.source == record.source {
          outcomes[index].action = action(for: product, record, old: old)
        } else {
          waiting.append((index, product, record, source))
        }
      } catch {
        refuse(&outcomes[index], product, error.reason, old: old)
      }
    }
    for ((index, product, record, _), result) in zip(waiting, vectors(of: waiting.map(\.source))) {
      switch result {
      case .success(let vector): outcomes[index].action = .put(product, record, vector: vector)
      case .failure(let error):
        refuse(&outcomes[index], product, "\(error)", old: known[Array(product.id.utf8)])
      }
    }
    return IngestOutcomes(number: chunk.number, outcomes: outcomes)
  }

  /// What becomes of a product whose vector stays.
  private func action(
    for product: Product, _ record: ContentRecord, old: ContentRecord
  ) -> IngestOutcome.Action {
    record == old ? .unchanged : .update(product, source: old.source)
  }

  /// Notes a photograph that cannot be used. What is in the index keeps the look it had, and has its facts.
  private func refuse(
    _ outcome: inout IngestOutcome, _ product: Product, _ reason: String, old: ContentRecord?
  ) {
    if let old {
      let record = ContentRecord(source: old.source, product: product)
      outcome.action = action(for: product, record, old: old)
    }
    outcome.notes.append(
      RowNote(
        row: outcome.row, id: product.id, column: imageColumn,
        reason: old == nil ? reason : "\(reason); it keeps the vector it has",
        outcome: old == nil ? .rejected : .valueDropped))
  }

  /// What the index remembers of the products of a chunk.
  private func records(of chunk: IngestChunk) throws(VitrineError) -> [[UInt8]: ContentRecord] {
    try storing(engine.path) {
      try engine.read { txn, snapshot, store in
        var records: [[UInt8]: ContentRecord] = [:]
        if snapshot.count == 0 { return records }
        for case .product(let product) in chunk.items.map(\.content) {
          guard let slot = try snapshot.slot(of: product.id) else { continue }
          records[Array(product.id.utf8)] = try store.contentHash(at: slot, in: txn)
            .flatMap(ContentRecord.init(stored:))
        }
        return records
      }
    }
  }

  /// The photograph of a product, whose path is then that found, or the words in its place.
  private func source(of product: inout Product) throws(ImageRoot.Missing) -> Source {
    do throws(ImageRoot.Missing) {
      let found = try photograph(of: product)
      product.image = product.image ?? found.path
      return .image(found.bytes)
    } catch {
      if textOnly, product.image == nil, let words = product.caption(schema) {
        return .words(words)
      }
      throw error
    }
  }

  private func photograph(of product: Product) throws(ImageRoot.Missing) -> ImageRoot.Found {
    var first: ImageRoot.Missing?
    for root in images {
      do throws(ImageRoot.Missing) {
        return try root.photograph(named: product.image, id: product.id)
      } catch {
        first = first ?? error
      }
    }
    throw first ?? ImageRoot.Missing(reason: "there is no place to look for photographs")
  }

  private func hash(of source: Source) -> [UInt8] {
    switch source {
    case .image(let bytes): ContentRecord.hash(ofImage: bytes)
    case .words(let words): ContentRecord.hash(ofText: words)
    }
  }

  /// The vectors in order; photographs and words are embedded apart.
  private func vectors(of sources: [Source]) -> [Result<[Float], any Error>] {
    var photographs: [[UInt8]] = []
    var words: [String] = []
    for source in sources {
      switch source {
      case .image(let bytes): photographs.append(bytes)
      case .words(let text): words.append(text)
      }
    }
    var ofImages = (photographs.isEmpty ? [] : embedder.embed(images: photographs)).makeIterator()
    var ofWords = embedded(words).makeIterator()
    return sources.map { source in
      let next: Result<[Float], any Error>? =
        if case .image = source { ofImages.next() } else { ofWords.next() }
      return (next ?? .failure(UnusableVector())).flatMap(checked)
    }
  }

  private func embedded(_ words: [String]) -> [Result<[Float], any Error>] {
    if words.isEmpty { return [] }
    do {
      return try embedder.embed(texts: words).map { .success($0) }
    } catch {
      return words.map { _ in .failure(error) }
    }
  }

  private struct UnusableVector: Error, CustomStringConvertible {
    let description = "the model gave no usable vector"
  }

  /// One bad vector must not fail the transaction of a thousand good ones.
  private func checked(_ vector: [Float]) -> Result<[Float], any Error> {
    let isUsable =
      vector.count == embedder.dimensions && vector.allSatisfy(\.isFinite)
      && vector.contains { $0 != 0 }
    return isUsable ? .success(vector) : .failure(UnusableVector())
  }
}

extension Product {
  /// The words that describe the product best in one line: its title, else its first text, else
  /// its keywords; nil if it has no words.
  func caption(_ schema: Schema) -> String? {
    let values = schema.ordered(self)
    let title = schema.title.flatMap { attributes[$0.name] }
    let text = title ?? values.first { $0.attribute.kind == .text }?.value
    if let label = text?.label { return label }
    let words = values.filter { $0.attribute.kind == .keyword }.compactMap(\.value.label)
    return words.isEmpty ? nil : words.joined(separator: " ")
  }
}
