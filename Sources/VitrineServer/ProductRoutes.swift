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
      let id = try context.parameters.require("id")
      return try json(
        try await admission.run {
          guard let product = try await engine.product(id) else {
            throw VitrineError.noProduct(id: id)
          }
          return product
        })
    }
    router.put(RouterPath(product)) { request, context in
      var upload = try await decode(Upload.self, from: request)
      upload.id = try context.parameters.require("id")
      return try await store([upload], in: engine(context))
    }
    router.delete(RouterPath(product)) { _, context in
      let engine = try engine(context)
      let id = try context.parameters.require("id")
      let deleted = try await admission.run { try await engine.delete(ids: [id]) }
      guard deleted > 0 else { throw VitrineError.noProduct(id: id) }
      return Response(status: .noContent)
    }
    router.put("/v1/indexes/:index/products") { request, context in
      let body = try await request.body.collect(upTo: configuration.limits.bodyBytes)
      return try await store(Self.lines(of: Data(body.readableBytesView)), in: engine(context))
    }
  }

  /// A product as it is sent: its attributes, and its picture as base64 or as a path below the
  /// server's image root.
  private struct Upload: Decodable, Sendable {
    var id: String?
    var attributes: [String: Value]?
    var image: String?
    var imageData: Data?

    enum CodingKeys: String, CodingKey {
      case id, attributes, image
      case imageData = "image_data"
    }
  }

  /// NDJSON: one upload a line; an error names the line.
  private static func lines(of data: Data) throws -> [Upload] {
    try data.split(separator: UInt8(ascii: "\n")).enumerated().map { index, line in
      do {
        return try JSONDecoder().decode(Upload.self, from: line)
      } catch let error as DecodingError {
        throw Problem(.unprocessableContent, "line \(index + 1): \(Problem.words(for: error))")
      }
    }
  }

  private func store(_ uploads: [Upload], in engine: Engine) async throws -> Response {
    let items = try uploads.enumerated().map { index, upload in
      guard let id = upload.id else {
        throw Problem(.unprocessableContent, "line \(index + 1): the product lacks \"id\"")
      }
      let product = Product(
        id: id, image: upload.imageData == nil ? upload.image : nil,
        attributes: upload.attributes ?? [:])
      return (product, try picture(of: upload, line: index + 1))
    }
    struct Stored: Encodable { let stored: Int }
    return try json(
      try await admission.run {
        for (product, image) in items { try await engine.upsert(product, image: image) }
        return Stored(stored: items.count)
      })
  }

  /// The picture's bytes. A path stays below the image root, whatever links and dots it holds.
  private func picture(of upload: Upload, line: Int) throws -> [UInt8] {
    if let data = upload.imageData { return Array(data) }
    guard let path = upload.image else {
      throw Problem(
        .unprocessableContent, "line \(line): expected \"image\" (a path) or \"image_data\"")
    }
    guard let root = configuration.imageRoot else {
      throw Problem(
        .unprocessableContent, "line \(line): this server takes no paths, only \"image_data\"")
    }
    let folder = URL(filePath: root).resolvingSymlinksInPath().path()
    let file = URL(filePath: root).appending(path: path).resolvingSymlinksInPath()
    guard file.path().hasPrefix(folder.hasSuffix("/") ? folder : folder + "/"),
      let data = try? Data(contentsOf: file)
    else {
      throw Problem(.unprocessableContent, "line \(line): there is no image \"\(path)\"")
    }
    return Array(data)
  }
}
