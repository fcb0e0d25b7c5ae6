import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Vitrine

extension VitrineServer {
  /// One product or many: looking, changing, and going on from one to others.
  func addProducts(to router: Router<BasicRequestContext>) {
    let product = "/v1/indexes/:index/products/:id"
    router.get(RouterPath(product)) { _, context in
      let engine = try engine(context)
      let id = try parameter("id", of: context)
      return try json(
        try await admission.run {
          guard let product = try await engine.product(id) else {
            throw VitrineError.noProduct(id: id)
          }
          return product
        })
    }
    router.put(RouterPath(product)) { request, context in
      let engine = try engine(context)
      let body = Data(try await body(of: request).readableBytesView)
      let id = try parameter("id", of: context)
      return try await stored(in: engine) {
        var upload = try Upload(json: body)
        guard upload.id ?? id == id else {
          throw Problem(.unprocessableContent, "id: expected \(id), as in the path, or none")
        }
        upload.id = id
        return Uploads(upload)
      }
    }
    router.delete(RouterPath(product)) { _, context in
      let engine = try engine(context)
      let id = try parameter("id", of: context)
      let deleted = try await admission.run { try await engine.delete(ids: [id]) }
      guard deleted > 0 else { throw VitrineError.noProduct(id: id) }
      return Response(status: .noContent)
    }
    router.delete("/v1/indexes/:index/products") { request, context in
      try await delete(request.uri.queryParameters, in: engine(context))
    }
    router.put("/v1/indexes/:index/products") { request, context in
      let engine = try engine(context)
      let body = Data(try await body(of: request).readableBytesView)
      return try await stored(in: engine) { try Uploads(lines: body) }
    }
  }

  /// Deletes what `?id=` (repeatable) or `?filter=` names; says how many there were.
  private func delete(_ parameters: Parameters, in engine: Engine) async throws -> Response {
    let ids = parameters.getAll("id")
    let filter = try self.filter(parameters, in: engine)
    guard ids.isEmpty == (filter != nil) else {
      throw Problem(.unprocessableContent, "expected ?id=ID, once or more, or ?filter=EXPRESSION")
    }
    struct Deleted: Encodable { let deleted: Int }
    return try json(
      try await admission.run {
        if let filter { return Deleted(deleted: try await engine.delete(matching: filter)) }
        return Deleted(deleted: try await engine.delete(ids: ids))
      })
  }

  private func stored(
    in engine: Engine, _ uploads: @escaping @Sendable () throws -> Uploads
  ) async throws -> Response {
    try json(try await admission.run { try await store(try uploads(), in: engine) })
  }
}
