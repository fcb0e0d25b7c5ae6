import Foundation

extension ZeroShotClassifier {
  /// The same classifier with the temperature at which its probabilities best tell how often it is
  /// right on labelled products (temperature scaling, Guo et al. 2017). No answer changes, only
  /// how sure the classifier says it is.
  ///
  /// - Parameters:
  ///   - set: labelled products, other than those whose probabilities will be believed.
  ///   - attribute: where the true label stands; products without one of ``labels`` are left out.
  /// - Throws: ``VitrineError`` where no product has a label the classifier knows.
  /// - Complexity: O(products × labels × (dimensions + 40)).
  public func calibrated(on set: EvaluationSet, attribute: String) throws -> ZeroShotClassifier {
    let positions = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($1, $0) })
    let examples = set.products.indices.compactMap { index in
      set.label(of: index, attribute).flatMap { positions[$0] }.map { truth in
        (similarities: similarities(set.vector(at: index)), truth: truth)
      }
    }
    guard !examples.isEmpty else {
      throw VitrineError.invalidArgument(
        "calibration: expected products whose \(attribute) is one of the labels, found none")
    }
    return with(
      logitScale: Self.minimum { scale in
        examples.reduce(0) { $0 + Self.surprise($1.similarities, truth: $1.truth, scale: scale) }
      })
  }

  /// −log of the probability given to the truth.
  private static func surprise(_ similarities: [Float], truth: Int, scale: Float) -> Double {
    let highest = similarities.max() ?? 0
    let sum = similarities.reduce(0.0) { $0 + exp(Double(($1 - highest) * scale)) }
    return log(sum) - Double((similarities[truth] - highest) * scale)
  }

  /// The scale from 0.1 to 1,000 at which `loss` is least. The loss is convex in the scale, so
  /// golden-section search on its logarithm closes in on it.
  private static func minimum(_ loss: (Float) -> Double) -> Float {
    let ratio = (5.0.squareRoot() - 1) / 2
    var low = log(0.1)
    var high = log(1000.0)
    var left = high - ratio * (high - low)
    var right = low + ratio * (high - low)
    var (lossLeft, lossRight) = (loss(Float(exp(left))), loss(Float(exp(right))))
    for _ in 0..<30 {
      if lossLeft < lossRight {
        (high, right, lossRight) = (right, left, lossLeft)
        left = high - ratio * (high - low)
        lossLeft = loss(Float(exp(left)))
      } else {
        (low, left, lossLeft) = (left, right, lossRight)
        right = low + ratio * (high - low)
        lossRight = loss(Float(exp(right)))
      }
    }
    return Float(exp((low + high) / 2))
  }
}
