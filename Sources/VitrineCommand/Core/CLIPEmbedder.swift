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
    model.encode(images: images).map { $0.mapError { $0 } }
  }

  func embed(texts: [String]) throws -> [[Float]] { model.encode(texts: texts) }

  func remembered(texts: [String]) -> [[Float]]? { model.remembered(texts: texts) }
}
