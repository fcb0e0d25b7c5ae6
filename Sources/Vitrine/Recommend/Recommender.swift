package import HNSW
package import LMDB

/// Answers recommendations from one snapshot, for those who hold one.
package enum Recommender {
  /// - Parameter texts: the vectors of the direction's texts.
  /// - Throws: ``VitrineError/noProduct(id:)``, ``QueryError``, ``FilterError``.
  package static func recommend(
    _ id: String, towards direction: Direction, texts: [[Float]], options: RecommendOptions,
    store: ProductStore, _ snapshot: borrowing Snapshot, _ txn: borrowing ReadTransaction,
    _ cancellation: Cancellation = Cancellation()
  ) throws -> Recommendation {
    try options.validate()
    try direction.validate()
    guard let slot = try snapshot.slot(of: id),
      let product = try store.product(at: slot, in: txn)
    else { throw VitrineError.noProduct(id: id) }
    let keep = options.kept(along: direction, in: store.schema)
    let filter = try self.filter(product, keep, options.filter, store)
    let walk = GradientWalk(
      options: options, permitted: try filter.map { try store.evaluate($0, in: txn) },
      staysInKind: direction.isQuality)
    var steps: [Recommendation.Step] = []
    for step in try walk.steps(from: slot, texts: texts, snapshot, cancellation) {
      guard let found = try store.product(at: step.slot, in: txn) else { continue }
      steps.append(
        Recommendation.Step(hit: Hit(found, score: step.similarity), progress: step.progress))
    }
    return Recommendation(start: Hit(product, score: 1), towards: direction, steps: steps)
  }

  /// The filter of the options, and that products equal the first one in what is to be kept.
  private static func filter(
    _ product: Product, _ keep: [String], _ filter: Filter?, _ store: ProductStore
  ) throws -> Filter? {
    var conditions: [Filter] = []
    if let filter { conditions.append(filter) }
    for name in keep {
      let (number, _) = try store.attribute(
        name, expected: "an attribute with values"
      ) { $0 != .text }
      let attribute = store.schema.attributes[number].name
      switch product.attributes[attribute] {
      case .list(let items):
        // Of a list all of its items stay, not only some.
        conditions += items.map { .compare(attribute: attribute, .equal, .text($0)) }
      case .some(let value): conditions.append(.compare(attribute: attribute, .equal, value))
      case nil: continue
      }
    }
    return conditions.count == 1 ? conditions[0] : conditions.isEmpty ? nil : .and(conditions)
  }
}

extension Hit {
  init(_ product: Product, score: Float) {
    self.init(
      id: product.id, score: score, image: product.image, attributes: product.attributes)
  }
}
