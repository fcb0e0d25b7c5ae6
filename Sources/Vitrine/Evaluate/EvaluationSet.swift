internal import HNSW

/// Embedded products with their attributes: what ``ZeroShotEvaluation`` and ``RetrievalEvaluation``
/// score a model on.
public struct EvaluationSet: Sendable {
  /// Width of a vector.
  public let dimensions: Int
  /// The products, in the order of their vectors.
  public private(set) var products: [Product] = []
  /// Unit vectors: [products, dimensions], row-major.
  private var vectors: [Float] = []

  /// An empty set of vectors of one model.
  public init(dimensions: Int) {
    self.dimensions = dimensions
  }

  /// Adds a product with its unit vector of ``dimensions`` floats.
  public mutating func append(_ product: Product, vector: [Float]) {
    precondition(vector.count == dimensions, "a vector of the same model")
    products.append(product)
    vectors += vector
  }

  /// The vector of one product.
  public func vector(at index: Int) -> [Float] {
    Array(vectors[index * dimensions..<(index + 1) * dimensions])
  }

  /// The value of `attribute` as one word, `nil` where a product lacks it or has several.
  func label(of index: Int, _ attribute: String) -> String? {
    products[index].attributes[attribute]?.label
  }

  /// All values of `attribute`, sorted.
  ///
  /// - Throws: ``VitrineError/invalidArgument(_:)`` if no product has it.
  public func labels(of attribute: String) throws(VitrineError) -> [String] {
    try check([attribute])
    return Set(products.indices.compactMap { label(of: $0, attribute) }).sorted()
  }

  /// - Throws: ``VitrineError/invalidArgument(_:)`` for an attribute that no product has: scores
  ///   of nothing would look like scores of 0.
  func check(_ attributes: [String]) throws(VitrineError) {
    if products.isEmpty { throw .invalidArgument("there are no products") }
    for name in attributes where !products.contains(where: { $0.attributes[name] != nil }) {
      let known = Set(products.flatMap(\.attributes.keys)).sorted()
      let near = Spelling.nearest(to: name, in: known)
      throw .invalidArgument(
        "no product has an attribute \"\(name)\"" + Spelling.hint(near)
      )
    }
  }

  /// At most `count` products, drawn with a seed; all of them if there are no more.
  public func sample(_ count: Int, seed: UInt64) -> EvaluationSet {
    guard count < products.count else { return self }
    var generator = SplitMix64(seed: seed)
    var drawn = EvaluationSet(dimensions: dimensions)
    for index in products.indices.shuffled(using: &generator).prefix(max(0, count)).sorted() {
      drawn.append(products[index], vector: vector(at: index))
    }
    return drawn
  }

  /// Inner product of `query` with every vector.
  func similarities(to query: [Float]) -> [Float] {
    VectorMath.dots(query, vectors)
  }
}
