import HNSW
import LMDB

/// What a query asks for: its words, which products it permits, and the direction it looks in.
extension Searcher {
  /// The lexical side of the query: the words of all texts it looks for.
  func words(in txn: borrowing ReadTransaction) throws -> QueryWords {
    var lexical = LexicalQuery("")
    for term in query.terms where term.weight > 0 {
      if case .text(let text) = term.subject { lexical.append(LexicalQuery(text)) }
    }
    for name in query.fieldWeights?.weights.keys.sorted() ?? [] {
      _ = try store.attribute(name, expected: "an attribute of the index")
    }
    return try QueryWords(
      lexical, scored: query.weights.lexical > 0, mentions: query.mentions != .ignore,
      weights: query.fieldWeights?.numbered(by: store.schema) ?? store.fieldWeights, store, in: txn)
  }

  /// Which products may be found; nil if all may.
  func permitted(
    by words: QueryWords, notes: inout [String], in txn: borrowing ReadTransaction
  ) throws -> SlotSet? {
    var conditions: [Filter] = []
    if let filter = query.filter { conditions.append(try filter.bound(to: store.schema)) }
    if query.mentions == .filter, let filter = Mention.filter(words.mentions) {
      conditions.append(filter)
    }
    var advice: [String] = []
    for condition in conditions { try store.advise(on: condition, &advice, in: txn) }
    notes += advice
    let evaluator = FilterEvaluator(store: store, cancellation: cancellation)
    var result: Bitmap?
    for condition in conditions {
      let slots = try evaluator.slots(condition, in: txn)
      if let result { result.formIntersection(slots) } else { result = slots }
    }
    // Behind the filter, as phrases are looked for in the texts of what is left.
    result = try words.permitted(among: result, cancellation, in: txn)
    if query.mentions == .filter, let result, result.isEmpty,
      let names = Mention.filter(words.mentions)
    {
      notes.append("nothing is found; the words were taken for names: \(names)")
    }
    return result.map { SlotSet($0) }
  }

  /// The direction the query looks in; nil if it has none.
  ///
  /// - Throws: also ``VitrineError/noEmbedder(operation:)`` if there is something to look for, and
  ///   neither words nor a vector to find it by: all products would be as good as each other.
  func direction(
    besides words: QueryWords, _ snapshot: borrowing Snapshot, _ txn: borrowing ReadTransaction
  ) throws -> QueryVector? {
    for case .product(let id) in query.terms.map(\.subject) {
      guard try snapshot.slot(of: id) != nil else { throw VitrineError.noProduct(id: id) }
    }
    guard query.comparesLooks else { return nil }
    let vector = try vector(snapshot, txn)
    if vector == nil, !words.areScored, query.saysSomething {
      throw VitrineError.noEmbedder(operation: "searching by looks alone")
    }
    return vector
  }

  private func vector(
    _ snapshot: borrowing Snapshot, _ txn: borrowing ReadTransaction
  ) throws -> QueryVector? {
    // Nothing is known of vectors that come from outside.
    let isKnown = query.terms.contains { if case .vector = $0.subject { false } else { true } }
    let calibration = isKnown ? try SimilarityCalibration.stored(in: txn) : nil
    var parts: [QueryVector.Part] = []
    for (place, term) in query.terms.enumerated() {
      let vector: [Float]
      var spread: SimilarityCalibration.Spread?
      switch term.subject {
      case .vector(let given): vector = given
      case .product(let id):
        guard let slot = try snapshot.slot(of: id), let stored = snapshot.vector(of: slot) else {
          throw VitrineError.noProduct(id: id)
        }
        vector = stored
        spread = calibration?.images
      case .image:
        guard let found = embedded[place] else { continue }
        vector = found
        spread = calibration?.images
      case .text:
        guard let found = embedded[place] else { continue }
        vector = found
        spread = calibration?.texts
      }
      try check(vector, snapshot.configuration.dimensions)
      parts.append(QueryVector.Part(vector: vector, weight: term.weight, spread: spread))
    }
    return try QueryVector(parts, metric: snapshot.configuration.metric)
  }

  private func check(_ vector: [Float], _ dimensions: Int) throws {
    guard vector.count == dimensions else {
      throw VitrineError.dimensionMismatch(expected: dimensions, found: vector.count)
    }
    guard vector.allSatisfy(\.isFinite) else {
      throw QueryError.invalid("a vector of the query has a number that is not finite")
    }
  }
}
