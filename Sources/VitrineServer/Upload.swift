import Foundation
import HTTPTypes
import Vitrine

/// A product as it is sent: its attributes, and its picture as base64 or as a path below the
/// server's folder of pictures. Without a picture a known product keeps the one it has.
struct Upload: Decodable, Sendable {
  var id: String?
  var attributes: [String: Value]?
  var image: String?
  var imageData: Data?

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case id, attributes, image
    case imageData = "image_data"
  }

  init(from decoder: any Decoder) throws {
    try decoder.refuseMembers(besides: CodingKeys.self)
    let container = try decoder.container(keyedBy: CodingKeys.self)
    id = try container.decodeIfPresent(String.self, forKey: .id)
    attributes = try container.decodeIfPresent([String: Value].self, forKey: .attributes)
    image = try container.decodeIfPresent(String.self, forKey: .image)
    imageData = try container.decodeIfPresent(Data.self, forKey: .imageData)
  }

  /// NDJSON: one upload a line; an error names the line.
  static func lines(of data: Data) throws -> [Upload] {
    try data.split(separator: UInt8(ascii: "\n")).enumerated().map { index, line in
      do {
        return try JSONDecoder().decode(Upload.self, from: line)
      } catch let error as DecodingError {
        throw Problem(.unprocessableContent, "line \(index + 1): \(Problem.words(for: error))")
      }
    }
  }
}

extension VitrineServer {
  /// Stores uploads in one transaction for those with pictures and one for those without; nothing
  /// if any of them is bad. Returns how many there were.
  func store(_ uploads: [Upload], in engine: Engine) async throws -> Int {
    guard !uploads.isEmpty else {
      throw Problem(.unprocessableContent, "expected at least one product, found none")
    }
    var pictured: [(product: Product, image: [UInt8])] = []
    var plain: [Product] = []
    for (index, upload) in uploads.enumerated() {
      guard let id = upload.id else {
        throw Problem(.unprocessableContent, "line \(index + 1): the product lacks \"id\"")
      }
      var product = Product(id: id, image: upload.image, attributes: upload.attributes ?? [:])
      if let picture = try picture(of: upload, line: index + 1) {
        pictured.append((product, picture))
      } else if let known = try await engine.product(id) {
        product.image = known.image
        plain.append(product)
      } else {
        throw Problem(
          .unprocessableContent,
          "line \(index + 1): a new product needs \"image\" (a path) or \"image_data\"")
      }
    }
    if !pictured.isEmpty { try await keep(&pictured) { try await engine.upsert(embedding: $0) } }
    if !plain.isEmpty { try await engine.update(plain) }
    return uploads.count
  }

  /// Keeps uploaded pictures where there is a folder for them, unless the products cannot be
  /// stored.
  private func keep(
    _ products: inout [(product: Product, image: [UInt8])],
    while store: ([(product: Product, image: [UInt8])]) async throws -> Void
  ) async throws {
    var new: [String] = []
    do {
      for index in products.indices where products[index].product.image == nil {
        guard let (path, isNew) = try pictures?.keep(products[index].image) else { break }
        products[index].product.image = path
        if isNew { new.append(path) }
      }
      try await store(products)
    } catch {
      for path in new { pictures?.forget(path) }
      throw error
    }
  }

  /// The picture's bytes; nil if none is sent.
  private func picture(of upload: Upload, line: Int) throws -> [UInt8]? {
    if let data = upload.imageData {
      guard upload.image == nil else {
        throw Problem(
          .unprocessableContent, "line \(line): expected \"image\" or \"image_data\", not both")
      }
      return Array(data)
    }
    guard let path = upload.image else { return nil }
    guard let pictures else {
      throw Problem(
        .unprocessableContent, "line \(line): this server takes no paths, only \"image_data\"")
    }
    guard let bytes = pictures.picture(at: path) else {
      throw Problem(.unprocessableContent, "line \(line): there is no image \"\(path)\"")
    }
    return bytes
  }
}
