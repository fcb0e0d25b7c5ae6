package import CLIP
import Vitrine

/// A CLIP model as the engine takes it.
package struct ModelEmbedder: Embedder {
  private let model: CLIPModel

  /// Lends a model to the engine.
  package init(_ model: CLIPModel) { self.model = model }

  package var dimensions: Int { model.dimensions }
  package var fingerprint: String { model.fingerprint }
  package var logitScale: Float { model.logitScale }

  package func embed(images: [[UInt8]]) -> [Result<[Float], any Error>] {
    model.encode(images: images).map { $0.mapError { $0 } }
  }

  package func embed(texts: [String]) throws -> [[Float]] { model.encode(texts: texts) }

  package func remembered(texts: [String]) -> [[Float]]? { model.remembered(texts: texts) }
}
