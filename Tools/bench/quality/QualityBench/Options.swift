import CLIP
import Foundation
import Vitrine

/// What the command line says.
struct Options {
  var catalogue = ""
  var images = ""
  var model = ""

  init(_ arguments: [String]) {
    var rest = arguments.dropFirst()
    while let argument = rest.popFirst() {
      switch argument {
      case "--images": images = rest.popFirst() ?? ""
      case "--model": model = rest.popFirst() ?? ""
      default: catalogue = argument
      }
    }
    guard !catalogue.isEmpty, !images.isEmpty, !model.isEmpty else {
      let usage = "QualityBench CATALOGUE.jsonl --images FOLDER|TAR --model DIR\n"
      FileHandle.standardError.write(Data(usage.utf8))
      exit(64)
    }
  }
}

/// A CLIP model as the engine takes it.
struct ModelEmbedder: Embedder {
  let model: CLIPModel
  var dimensions: Int { model.dimensions }
  var fingerprint: String { model.fingerprint }
  var logitScale: Float { model.logitScale }

  func embed(images: [[UInt8]]) -> [Result<[Float], any Error>] {
    model.encode(images: images).map { $0.mapError { $0 as any Error } }
  }

  func embed(texts: [String]) throws -> [[Float]] { model.encode(texts: texts) }
}
