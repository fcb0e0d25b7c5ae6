/// Turns the texts and photographs of queries into vectors.
enum QueryEmbedding {
  /// The vectors of each query's terms by their place, from one call of the model for all texts
  /// and one for all photographs. Without a model, texts are searched by their words alone.
  ///
  /// - Throws: ``VitrineError/noEmbedder(operation:)`` for a photograph or a negative text without
  ///   a model, and what the model throws.
  static func vectors(
    of queries: [Query], _ embedder: (any Embedder)?, _ turn: TextQueue.Turn
  ) throws -> [[Int: [Float]]] {
    let texts = texts(of: queries), images = images(of: queries)
    var vectors = [[Int: [Float]]](repeating: [:], count: queries.count)
    guard let embedder else {
      if !images.isEmpty { throw VitrineError.noEmbedder(operation: "searching by a photograph") }
      if texts.contains(where: { queries[$0.query].terms[$0.term].weight < 0 }) {
        throw VitrineError.noEmbedder(operation: "looking away from a text")
      }
      return vectors
    }
    if !texts.isEmpty {
      for (text, vector) in zip(texts, try turn.vectors(of: texts.map(\.text), embedder)) {
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

  /// The texts that a model is to read, and where in which query they are.
  static func texts(of queries: [Query]) -> [(query: Int, term: Int, text: String)] {
    places(in: queries) { subject in
      guard case .text(let text) = subject else { return nil }
      let spoken = LexicalQuery(text).spoken
      return spoken.isEmpty ? nil : spoken
    }.map { (query: $0, term: $1, text: $2) }
  }

  private static func images(
    of queries: [Query]
  ) -> [(query: Int, term: Int, bytes: [UInt8])] {
    places(in: queries) { subject in
      if case .image(let bytes) = subject { bytes } else { nil }
    }.map { (query: $0, term: $1, bytes: $2) }
  }

  private static func places<Content>(
    in queries: [Query], _ content: (QueryTerm.Subject) -> Content?
  ) -> [(Int, Int, Content)] {
    var found: [(Int, Int, Content)] = []
    for (number, query) in queries.enumerated() where query.weights.similarity > 0 {
      for (place, term) in query.terms.enumerated() {
        if let content = content(term.subject) { found.append((number, place, content)) }
      }
    }
    return found
  }
}
