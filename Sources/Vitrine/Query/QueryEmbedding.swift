/// Turns the texts and photographs of queries into vectors.
enum QueryEmbedding {
  /// The vectors of each query's terms by their place, from one call of the model for all texts
  /// and one for all photographs. Without a model, texts are searched by their words alone.
  ///
  /// - Throws: ``VitrineError/noEmbedder(operation:)`` for a photograph or a negative text without
  ///   a model, and what the model throws.
  static func vectors(
    of queries: [Query], _ embedder: (any Embedder)?
  ) throws -> [[Int: [Float]]] {
    var texts: [(query: Int, term: Int, text: String)] = []
    var images: [(query: Int, term: Int, bytes: [UInt8])] = []
    for (number, query) in queries.enumerated() where query.weights.similarity > 0 {
      for (place, term) in query.terms.enumerated() {
        switch term.subject {
        case .text(let text):
          let spoken = LexicalQuery(text).spoken
          if !spoken.isEmpty { texts.append((number, place, spoken)) }
        case .image(let bytes): images.append((number, place, bytes))
        case .product, .vector: break
        }
      }
    }
    var vectors = [[Int: [Float]]](repeating: [:], count: queries.count)
    guard let embedder else {
      if !images.isEmpty { throw VitrineError.noEmbedder(operation: "searching by a photograph") }
      if texts.contains(where: { queries[$0.query].terms[$0.term].weight < 0 }) {
        throw VitrineError.noEmbedder(operation: "looking away from a text")
      }
      return vectors
    }
    if !texts.isEmpty {
      for (text, vector) in zip(texts, try embedder.embed(texts: texts.map(\.text))) {
        vectors[text.query][text.term] = vector
      }
    }
    if !images.isEmpty {
      for (image, result) in zip(images, embedder.embed(images: images.map(\.bytes))) {
        vectors[image.query][image.term] = try result.mapError { error in
          VitrineError.badData(
            path: "the photograph searched by", row: 0, column: nil, reason: "\(error)")
        }.get()
      }
    }
    return vectors
  }
}
