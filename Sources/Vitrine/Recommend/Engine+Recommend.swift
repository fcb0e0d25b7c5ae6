extension Engine {
  /// Recommends products that lie further and further along a direction: the same shirt, but
  /// darker and darker; see ``Direction``.
  ///
  /// The method is GradREC (arXiv 2204.02473), with the formulas in the documentation.
  ///
  /// - Parameters:
  ///   - id: the product to start from.
  ///   - direction: what the products are to become more like.
  ///   - options: how many steps, which products, and what stays as it is.
  /// - Returns: the products on the way; none where the catalogue has nothing further along.
  /// - Throws: ``VitrineError/noProduct(id:)``, ``VitrineError/noEmbedder(operation:)``,
  ///   ``QueryError`` for a direction or options that make no sense, ``FilterError``, `CancellationError`.
  public func recommend(
    _ id: String, towards direction: Direction, options: RecommendOptions = RecommendOptions()
  ) async throws -> Recommendation {
    guard let embedder else {
      throw VitrineError.noEmbedder(operation: "recommending towards a text")
    }
    return try await Cancellation.offload { [self] cancellation in
      let texts = try embedder.embed(texts: direction.texts)
      return try read { txn, snapshot, store in
        try Recommender.recommend(
          id, towards: direction, texts: texts, options: options, store: store, snapshot, txn,
          cancellation)
      }
    }
  }
}
