import Hummingbird
import Vitrine

extension VitrineServer {
  /// Zero-shot classification of an uploaded photograph; the body is the file itself.
  func addClassify(to router: Router<BasicRequestContext>) {
    router.post("/v1/indexes/:index/classify") { request, context in
      let engine = try engine(context)
      guard let embedder = engine.embedder else {
        throw VitrineError.noEmbedder(operation: "classification")
      }
      let parameters = request.uri.queryParameters
      let k = try k(parameters) ?? 5
      let labels = parameters.getAll("label")
      let given = parameters.getAll("template")
      let templates = given.isEmpty ? ["a photo of {}"] : given
      let prompts = labels.count * templates.count
      guard prompts <= configuration.limits.prompts else {
        throw Problem(
          .unprocessableContent,
          "labels times templates: expected at most \(configuration.limits.prompts), found \(prompts)"
        )
      }
      let image = try await body(of: request)
      let bytes = [UInt8](buffer: image)
      return try json(
        try await admission.run {
          let classifier = try ZeroShotClassifier(
            labels: labels, templates: templates, embedder: embedder)
          let vector = try embedder.embed(images: [bytes])[0].mapError {
            VitrineError.invalidArgument("the photograph cannot be read: \($0)")
          }.get()
          return Classification(predictions: classifier.classify(vector, k: k))
        })
    }
  }
}

private struct Classification: Encodable {
  let predictions: [ZeroShotClassifier.Prediction]
}
