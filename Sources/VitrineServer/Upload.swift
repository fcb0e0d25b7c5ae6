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
  /// Where it stands in what was sent, counted from 1.
  var line = 1

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

  /// NDJSON: one upload a line, blank ones aside; an error names the line.
  static func lines(of data: Data) throws -> [Upload] {
    let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    return try lines.enumerated().compactMap { index, line -> Upload? in
      if line.allSatisfy({ " \t\r".utf8.contains($0) }) { return nil }
      do {
        var upload = try JSONDecoder().decode(Upload.self, from: line)
        upload.line = index + 1
        return upload
      } catch let error as DecodingError {
        throw Problem(.unprocessableContent, "line \(index + 1): \(Problem.words(for: error))")
      }
    }
  }
}

extension VitrineServer {
  /// Stores uploads in one transaction; nothing if any of them is bad. Returns how many there were.
  func store(_ uploads: [Upload], in engine: Engine) async throws -> Int {
    guard !uploads.isEmpty else {
      throw Problem(.unprocessableContent, "expected at least one product, found none")
    }
    var products: [(product: Product, image: [UInt8]?)] = []
    // A product that comes again without a picture keeps that of the line before.
    var earlier: [[UInt8]: (path: String?, image: [UInt8])] = [:]
    for upload in uploads {
      guard let id = upload.id else {
        throw Problem(.unprocessableContent, "line \(upload.line): the product lacks \"id\"")
      }
      if upload.attributes?.keys.contains("") == true {
        throw Problem(.unprocessableContent, "line \(upload.line): an attribute has no name")
      }
      var product = Product(id: id, image: upload.image, attributes: upload.attributes ?? [:])
      var image = try picture(of: upload)
      if let image {
        earlier[Array(id.utf8)] = (upload.image, image)
      } else if let before = earlier[Array(id.utf8)] {
        (product.image, image) = (before.path, before.image)
      } else {
        guard try await engine.product(id) != nil else {
          throw Problem(
            .unprocessableContent,
            "line \(upload.line): a new product needs \"image\" (a path) or \"image_data\"")
        }
      }
      products.append((product, image))
    }
    do {
      try await keep(&products) { try await engine.upsert(embedding: $0) }
    } catch VitrineError.badData(let id, let row, let column, let reason)
      where uploads.indices.contains(row - 1)
    {
      // The engine counts what it is given.
      throw VitrineError.badData(
        path: id, row: uploads[row - 1].line, column: column, reason: reason)
    }
    return uploads.count
  }

  /// Keeps uploaded pictures where there is a folder for them, unless the products cannot be
  /// stored.
  private func keep(
    _ products: inout [(product: Product, image: [UInt8]?)],
    while store: ([(product: Product, image: [UInt8]?)]) async throws -> Void
  ) async throws {
    var kept: [String] = []
    var isStored = false
    defer { for path in kept { pictures?.settle(path, isStored: isStored) } }
    for index in products.indices where products[index].product.image == nil {
      guard let image = products[index].image else { continue }
      guard let path = try pictures?.keep(image) else { break }
      products[index].product.image = path
      kept.append(path)
    }
    try await store(products)
    isStored = true
  }

  /// The picture's bytes; nil if none is sent.
  private func picture(of upload: Upload) throws -> [UInt8]? {
    let line = upload.line
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
