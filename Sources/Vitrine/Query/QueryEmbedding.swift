/// Turns the texts and photographs of queries into vectors.
struct QueryEmbedding {
  private let queries: [Query]
  /// What a model is to read and to look at, and where in which query that is.
  private let texts: [(query: Int, term: Int, text: String)]
  private let images: [(query: Int, term: Int, bytes: [UInt8])]

  init(_ queries: [Query]) {
    self.queries = queries
    texts = Self.places(in: queries) { subject in
      guard case .text(let text) = subject else { return nil }
      let spoken = LexicalQuery(text).spoken
      return spoken.isEmpty ? nil : spoken
    }.map { (query: $0, term: $1, text: $2) }
    images = Self.places(in: queries) { subject in
      if case .image(let bytes) = subject { bytes } else { nil }
    }.map { (query: $0, term: $1, bytes: $2) }
  }

  /// The texts in their order.
  var spoken: [String] { texts.map(\.text) }

  /// The vectors of each query's terms by their place, from one call of the model for all texts
  /// and one for all photographs. Without a model, texts are searched by their words alone.
  ///
  /// - Throws: ``VitrineError/noEmbedder(operation:)`` for a photograph or a negative text without
  ///   a model, and what the model throws.
  func vectors(
    _ embedder: (any Embedder)?, _ turn: TextQueue.Turn
  ) throws -> [[Int: [Float]]] {
    var vectors = [[Int: [Float]]](repeating: [:], count: queries.count)
    guard let embedder else {
      if !images.isEmpty { throw VitrineError.noEmbedder(operation: "searching by a photograph") }
      if texts.contains(where: { queries[$0.query].terms[$0.term].weight < 0 }) {
        throw VitrineError.noEmbedder(operation: "looking away from a text")
      }
      return vectors
    }
    if !texts.isEmpty {
      for (text, vector) in zip(texts, try turn.vectors(of: spoken, embedder)) {
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

  private static func places<Content>(
    in queries: [Query], _ content: (QueryTerm.Subject) -> Content?
  ) -> [(Int, Int, Content)] {
    var found: [(Int, Int, Content)] = []
    for (number, query) in queries.enumerated() where query.comparesLooks {
      for (place, term) in query.terms.enumerated() {
        if let content = content(term.subject) { found.append((number, place, content)) }
      }
    }
    return found
  }
}
