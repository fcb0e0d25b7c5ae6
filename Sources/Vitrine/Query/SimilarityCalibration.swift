import Foundation

/// What similarities are usual in an index, so that they can be put on a scale of 0 to 1.
///
/// Cosines mean different things for different models, and for texts and photographs of one model:
/// 0.3 can be an excellent match of a text and a poor one of a photograph. So products are sampled
/// when the index is filled: `background` is the mean similarity of a query and a random product,
/// `best` that of a query and its nearest product. Background maps to 0.05 and best to 0.95 of a
/// logistic curve, which keeps the order of all similarities.
public struct SimilarityCalibration: Hashable, Sendable, Codable {
  /// The usual similarities of one kind of query.
  public struct Spread: Hashable, Sendable, Codable {
    /// The similarity of a query and a random product.
    public var background: Float
    /// The similarity of a query and its nearest product.
    public var best: Float

    /// Usual similarities.
    public init(background: Float, best: Float) {
      self.background = background
      self.best = best
    }

    /// The similarity on a scale of 0 to 1.
    public func calibrated(_ similarity: Float) -> Float {
      let middle = (background + best) / 2
      let slope = max(best - background, 1e-6) / 2 / Self.logOdds
      return 1 / (1 + Foundation.exp(-(similarity - middle) / slope))
    }

    /// ln(0.95 / 0.05).
    private static let logOdds: Float = 2.944_439
  }

  /// How many products there were when they were sampled.
  public var products: Int
  /// Photographs against photographs.
  public var images: Spread?
  /// Texts against photographs.
  public var texts: Spread?

  /// Usual similarities.
  public init(products: Int, images: Spread? = nil, texts: Spread? = nil) {
    self.products = products
    self.images = images
    self.texts = texts
  }
}
