import CLIP
import Vitrine

/// A CLIP model as the engine wants it.
struct CLIPEmbedder: Embedder {
  /// The model itself.
  let model: CLIPModel

  /// Lends a model to the engine.
  init(_ model: CLIPModel) { self.model = model }

  var dimensions: Int { model.dimensions }
  var fingerprint: String { model.fingerprint }
  var logitScale: Float { model.logitScale }

  func embed(images: [[UInt8]]) -> [Result<[Float], any Error>] {
    model.encode(images: images).map { result in Result { try usable(result.get()) } }
  }

  func embed(texts: [String]) throws -> [[Float]] { try model.encode(texts: texts).map(usable) }

  func remembered(texts: [String]) -> [[Float]]? { model.remembered(texts: texts) }

  /// Weights or settings may be such that nothing comes of them.
  private func usable(_ vector: [Float]) throws -> [Float] {
    guard vector.hasDirection else {
      throw Failure.data(
        "the model gives a vector of zeros, or of which not all numbers are finite")
    }
    return vector
  }
}
