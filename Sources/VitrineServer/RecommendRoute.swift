import Hummingbird
import Vitrine

extension VitrineServer {
  /// From a product step by step along a direction: `?towards=darker` or `?towards=sneaker → heel`.
  func addRecommend(to router: Router<BasicRequestContext>) {
    router.get("/v1/indexes/:index/products/:id/recommend") { request, context in
      let engine = try engine(context)
      let id = try parameter("id", of: context)
      let parameters = request.uri.queryParameters
      guard let towards = parameters.get("towards"), !towards.isEmpty else {
        throw Problem(.unprocessableContent, "expected ?towards=DIRECTION, such as darker")
      }
      var options = RecommendOptions()
      options.steps = try parameters.get("steps").map { try number($0, "steps") } ?? options.steps
      options.filter = try filter(parameters, in: engine)
      let keep = parameters.getAll("keep")
      options.keep = keep.isEmpty ? nil : keep.filter { !$0.isEmpty }
      let asked = options
      return try json(
        try await admission.run {
          try await engine.recommend(id, towards: Direction(towards), options: asked)
        })
    }
  }
}
