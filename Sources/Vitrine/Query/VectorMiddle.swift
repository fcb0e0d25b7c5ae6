package import HNSW
import Kernels

/// The middle of some vectors of an index, which tells how similar they are to any vector in the mean:
/// similarities are linear in them, so that one product stands for all.
package struct VectorMiddle: Sendable {
  private let metric: Metric
  private let mean: [Float]
  /// The mean of their squared lengths.
  private let squaredLength: Float

  /// The middle of vectors at about equal distances among the slots.
  package init(_ snapshot: borrowing Snapshot, samples: Int = 64) {
    metric = snapshot.configuration.metric
    let slots = SimilarityCalibration.sample(of: snapshot, samples)
    var mean = [Float](repeating: 0, count: snapshot.configuration.dimensions)
    var squaredLength: Float = 0
    for slot in slots {
      guard let vector = snapshot.vector(of: slot) else { continue }
      VectorMath.add(vector, weight: 1 / Float(slots.count), to: &mean)
      squaredLength += Kernels.best.dot(vector.span, vector.span) / Float(slots.count)
    }
    self.mean = mean
    self.squaredLength = squaredLength
  }

  var byteCount: Int { 4 * mean.count + 64 }

  /// The mean of the similarities to a vector.
  package func meanSimilarity(to vector: [Float]) -> Float {
    let product = Kernels.best.dot(vector.span, mean.span)
    let squared = Kernels.best.dot(vector.span, vector.span)
    return switch metric {
    case .cosine: product / max(squared.squareRoot(), .leastNormalMagnitude)
    case .innerProduct: product
    case .l2: 2 * product - squared - squaredLength
    }
  }
}
