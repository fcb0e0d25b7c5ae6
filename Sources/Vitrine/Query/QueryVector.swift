import HNSW

/// The terms of a query as one direction: the sum of their unit vectors by weight.
struct QueryVector {
  let vector: [Float]
  /// The calibration of the sum; nil if nothing is known of one of its parts.
  let spread: SimilarityCalibration.Spread?

  /// A term's vector and the kind of similarity it has to products.
  struct Part {
    let vector: [Float]
    let weight: Float
    let spread: SimilarityCalibration.Spread?
  }

  /// - Throws: ``QueryError`` if the parts cancel each other, or one has no direction.
  init?(_ parts: [Part], metric: Metric) throws {
    guard let first = parts.first else { return nil }
    if parts.count == 1, first.weight > 0 {
      vector = metric == .cosine ? try Self.unit(first.vector) : first.vector
      spread = first.spread
      return
    }
    // Weights count by their share, however small all of them are.
    let all = parts.reduce(0) { $0 + abs($1.weight) }
    let shares = parts.map { Part(vector: $0.vector, weight: $0.weight / all, spread: $0.spread) }
    var sum = [Float](repeating: 0, count: first.vector.count)
    for part in shares {
      let vector = metric == .l2 ? part.vector : try Self.unit(part.vector)
      VectorMath.add(vector, weight: part.weight, to: &sum)
    }
    guard metric != .l2 else {
      // Vectors that are compared by place and not by direction are averaged.
      let total = shares.reduce(0) { $0 + $1.weight }
      guard total > 0 else { throw QueryError.invalid("the weights must add up to more than 0") }
      vector = sum.map { $0 / total }
      spread = nil
      return
    }
    let length = VectorMath.length(sum)
    guard length > 1e-4 else { throw QueryError.invalid("the terms of the query cancel out") }
    vector = sum.map { $0 / length }
    spread = Self.spread(of: shares, length: length)
  }

  /// The unit vector of the same direction, of whatever length; the vector itself if it is one but for
  /// rounding.
  private static func unit(_ vector: [Float]) throws -> [Float] {
    // Numbers too small to be normal have lost their digits.
    let greatest = vector.reduce(0) { max($0, abs($1)) }
    guard greatest >= .leastNormalMagnitude else {
      throw QueryError.invalid(
        greatest == 0
          ? "a vector of the query is zero, which has no direction"
          : "a vector of the query is too short: its greatest number is \(greatest)")
    }
    if abs(VectorMath.dot(vector, vector) - 1) <= 1e-6 { return vector }
    // Squares overflow, or vanish, where the numbers themselves do not.
    let scaled = vector.map { $0 / greatest }
    let length = VectorMath.length(scaled)
    return scaled.map { $0 / length }
  }

  /// Similarity to a sum is the sum of similarities. A product that is nearest to what is looked
  /// for is taken to be a random one to what is looked away from, or the other way round where that
  /// weighs more: nobody is nearer the one than farther from the other.
  private static func spread(
    of parts: [Part], length: Float
  ) -> SimilarityCalibration.Spread? {
    var background: Float = 0
    var (toward, away): (Float, Float) = (0, 0)
    for part in parts {
      guard let spread = part.spread else { return nil }
      let weight = part.weight / length
      background += weight * spread.background
      let width = abs(weight) * (spread.best - spread.background)
      if weight > 0 { toward += width } else { away += width }
    }
    return SimilarityCalibration.Spread(
      background: background, best: background + max(toward, away))
  }
}

extension Metric {
  /// A similarity, which is greater for nearer vectors.
  func similarity(_ distance: Float) -> Float { self == .cosine ? 1 - distance : -distance }
}
