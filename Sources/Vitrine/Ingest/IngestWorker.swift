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

  /// A row that is to be embedded.
  private struct Candidate {
    let attempt: IngestAttempt
    let product: Product
    let record: ContentRecord
    let source: Source
  }

  /// What is to be done with the rows of a chunk.
  ///
  /// - Throws: ``VitrineError`` if the index cannot be read.
  func outcomes(of chunk: IngestChunk) throws(VitrineError) -> IngestOutcomes {
    var outcomes = chunk.items.map {
      IngestOutcome(row: $0.row, action: .nothing, notes: $0.notes)
    }
    var attempts = chunk.items.enumerated().compactMap { IngestAttempt($1, at: $0) }
    let known = try engine.stored(attempts.compactMap { $0.lastProduct?.id })
    while !attempts.isEmpty { attempts = tried(attempts, known, &outcomes) }
    return IngestOutcomes(number: chunk.number, outcomes: outcomes)
  }

  /// Tries a row of each id, and gives those back of which another is to be tried.
  private func tried(
    _ attempts: [IngestAttempt], _ known: [IDBytes: StoredProduct],
    _ outcomes: inout [IngestOutcome]
  ) -> [IngestAttempt] {
    var refused: [(attempt: IngestAttempt, reason: String)] = []
    var waiting: [Candidate] = []
    for attempt in attempts {
      guard var product = attempt.product else { continue }
      do throws(ImageRoot.Missing) {
        let source = try source(of: &product, orWords: textOnly || attempt.wasWords)
        let record = ContentRecord(
          source: hash(of: source), metadata: attempt.record?.metadata, product: product)
        if let old = known[IDBytes(product.id)]?.record, old.source == record.source {
          settle(attempt, action(for: product, record, old: old), &outcomes)
        } else {
          waiting.append(
            Candidate(attempt: attempt, product: product, record: record, source: source))
        }
      } catch {
        refused.append((attempt, error.reason))
      }
    }
    for (candidate, result) in zip(waiting, vectors(of: waiting.map(\.source))) {
      switch result {
      case .success(let vector):
        let action = IngestOutcome.Action.put(candidate.product, candidate.record, vector: vector)
        settle(candidate.attempt, action, &outcomes)
      case .failure(let error): refused.append((candidate.attempt, "\(error)"))
      }
    }
    return refused.compactMap { refuse($0.attempt, $0.reason, known, &outcomes) }
  }

  /// What becomes of a product whose vector stays.
  private func action(
    for product: Product, _ record: ContentRecord, old: ContentRecord
  ) -> IngestOutcome.Action {
    record == old ? .unchanged : .update(product, source: old.source)
  }

  private func settle(
    _ attempt: IngestAttempt, _ action: IngestOutcome.Action, _ outcomes: inout [IngestOutcome],
    keepsVector: Bool = false
  ) {
    outcomes[attempt.index].action = action
    outcomes[attempt.index].notes = attempt.notes(
      column: imageColumn, idColumn: schema.id ?? "", keepsVector: keepsVector)
  }

  /// Notes a photograph that cannot be used. What is in the index keeps the look that it has, and has its new
  /// facts; of what is not, the attempt comes back if there is another row to be tried.
  private func refuse(
    _ attempt: IngestAttempt, _ reason: String, _ known: [IDBytes: StoredProduct],
    _ outcomes: inout [IngestOutcome]
  ) -> IngestAttempt? {
    var attempt = attempt
    attempt.refuse(reason)
    guard var product = attempt.lastProduct, let stored = known[IDBytes(product.id)],
      let old = stored.record
    else {
      if attempt.product != nil { return attempt }
      settle(attempt, .nothing, &outcomes)
      return nil
    }
    // The photograph stays that the vector is of.
    product.image = stored.product.image ?? product.image
    let record = ContentRecord(source: old.source, product: product)
    settle(attempt, action(for: product, record, old: old), &outcomes, keepsVector: true)
    return nil
  }

  /// The photograph of a product, whose path is then that found, or the words in its place.
  private func source(
    of product: inout Product, orWords: Bool
  ) throws(ImageRoot.Missing) -> Source {
    do throws(ImageRoot.Missing) {
      let found = try photograph(of: product)
      product.image = product.image ?? found.path
      return .image(found.bytes)
    } catch {
      if orWords, product.image == nil, let words = product.caption(schema) {
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
    vector.count == embedder.dimensions && vector.hasDirection
      ? .success(vector) : .failure(UnusableVector())
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
