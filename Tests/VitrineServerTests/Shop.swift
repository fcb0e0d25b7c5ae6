import Foundation
import HNSW
import HummingbirdTesting
import Logging
import NIOCore
import TestSupport
import Vitrine
import VitrineServer

/// A model of three directions: a text or a "photograph" (its bytes as text) points along the
/// colours it names.
struct ColourEmbedder: Embedder {
  let dimensions = 8
  let fingerprint = "colours"
  let logitScale: Float = 20
  /// How long it takes over texts.
  var seconds = 0.0
  /// Where the index of its engine is, which is removed when the engine lets go of its model.
  var directory: TemporaryDirectory?

  func embed(images: [[UInt8]]) -> [Result<[Float], any Error>] {
    images.map { bytes in
      bytes.isEmpty
        ? .failure(VitrineError.invalidArgument("empty"))
        : .success(vector(of: String(decoding: bytes, as: UTF8.self)))
    }
  }

  func embed(texts: [String]) -> [[Float]] {
    Thread.sleep(forTimeInterval: seconds)
    return texts.map(vector)
  }

  func vector(of text: String) -> [Float] {
    let raw = ["red", "green", "blue", "dress", "shirt", "shoe", "bag", "hat"]
      .map { text.contains($0) ? Float(1) : 0.05 }
    let length = raw.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return raw.map { $0 / length }
  }
}

/// A server over a small shop in a folder of its own.
struct Shop {
  let engine: Engine
  let directory = TemporaryDirectory()

  init(secondsOverTexts: Double = 0) async throws {
    let model = ColourEmbedder(seconds: secondsOverTexts, directory: directory)
    engine = try Engine.create(
      path: directory.appending("index"),
      configuration: IndexConfiguration(dimensions: model.dimensions),
      modelFingerprint: model.fingerprint,
      schema: Schema(attributes: [
        Attribute(name: "title", kind: .text), Attribute(name: "brand", kind: .keyword),
        Attribute(name: "price", kind: .number),
      ]), embedder: model)
    let titles = ["red dress", "blue dress", "green shirt", "red shirt", "blue shoe", "red bag"]
    try await engine.upsert(
      titles.enumerated().map { index, title in
        let product = Product(
          id: "p\(index)",
          attributes: [
            "title": .text(title), "brand": .text(index % 2 == 0 ? "Acme" : "Bolt"),
            "price": .number(Double(10 * (index + 1))),
          ])
        return (product, model.vector(of: title))
      })
    try await engine.calibrate()
  }

  /// A server with these settings, of the shop under each of these names.
  func server(
    as names: [String] = ["shop"], _ change: (inout ServerConfiguration) -> Void = { _ in }
  ) throws -> VitrineServer {
    var configuration = ServerConfiguration()
    change(&configuration)
    return try VitrineServer(
      engines: Dictionary(uniqueKeysWithValues: names.map { ($0, engine) }),
      configuration: configuration, metrics: PrometheusMetrics(), logger: Logger(label: "test"))
  }
}

extension TestResponse {
  /// The body as a JSON object.
  var json: [String: Any] {
    let object = try? JSONSerialization.jsonObject(with: Data(body.readableBytesView))
    return object as? [String: Any] ?? [:]
  }
}
