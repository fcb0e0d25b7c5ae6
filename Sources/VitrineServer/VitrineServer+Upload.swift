import Foundation
import HTTPTypes
import Vitrine

extension VitrineServer {
  /// What came of uploads.
  struct Stored: Encodable {
    /// How many products there were.
    let stored: Int
    /// Attributes that no product had before; it may be that a name is misspelt.
    let newAttributes: [String]

    private enum CodingKeys: String, CodingKey {
      case stored
      case newAttributes = "new_attributes"
    }
  }

  /// Stores uploads in one transaction; nothing if any of them is bad.
  func store(_ uploads: Uploads, in engine: Engine) async throws -> Stored {
    guard !uploads.entries.isEmpty else {
      throw Problem(.unprocessableContent, "expected at least one product, found none")
    }
    let known = Set(try engine.schema.attributes.map(\.name))
    var products = try await products(of: uploads, in: engine)
    let uploads = uploads.products
    do {
      try await keep(&products) { try await engine.upsert(embedding: $0) }
    } catch let error as VitrineError {
      // The engine counts what it is given.
      guard case .badData(_, let row, _, _) = error, uploads.indices.contains(row - 1)
      else { throw error }
      throw Problem([UploadMistake(uploads[row - 1], error)])
    }
    let names = try engine.schema.attributes.map(\.name).filter { !known.contains($0) }
    let given = Set(uploads.flatMap { ($0.attributes ?? [:]).keys })
    return Stored(
      stored: uploads.count, newAttributes: names.filter(given.contains).sorted())
  }

  /// The products that were sent, each with its picture if there is one, or a ``Problem`` with the
  /// first of what can be told to be wrong before pictures are decoded.
  private func products(
    of uploads: Uploads, in engine: Engine
  ) async throws -> [(product: Product, image: [UInt8]?)] {
    let schema = try engine.schema
    var products: [(product: Product, image: [UInt8]?)] = []
    var mistakes: [UploadMistake] = []
    var isCut = uploads.isCut
    // A product that comes again without a picture keeps that of the line before.
    var earlier: [IDBytes: (path: String?, image: [UInt8])] = [:]
    for entry in uploads.entries {
      if mistakes.count == UploadMistake.most {
        isCut = true
        break
      }
      let upload: Upload
      do throws(UploadMistake) {
        upload = try entry.get()
        var product = try product(of: upload, schema)
        let id = IDBytes(product.id)
        var image = try picture(of: upload)
        if let image {
          earlier[id] = (upload.image, image)
        } else if let before = earlier[id] {
          (product.image, image) = (before.path, before.image)
        }
        products.append((product, image))
      } catch {
        mistakes.append(error)
        continue
      }
      guard let (product, image) = products.last, image == nil else { continue }
      if try await engine.product(product.id) == nil {
        mistakes.append(
          UploadMistake(upload, "a new product needs \"image\" (a path) or \"image_data\""))
      }
    }
    guard mistakes.isEmpty else { throw Problem(mistakes, isCut: isCut) }
    return products
  }

  private func product(
    of upload: Upload, _ schema: Schema
  ) throws(UploadMistake) -> Product {
    guard let id = upload.id else { throw UploadMistake(upload, "the product lacks \"id\"") }
    let attributes = upload.attributes ?? [:]
    if attributes.keys.contains("") { throw UploadMistake(upload, "an attribute has no name") }
    let product = Product(id: id, image: upload.image, attributes: attributes)
    if let mistake = schema.mistake(in: product) { throw UploadMistake(upload, mistake) }
    return product
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
  private func picture(of upload: Upload) throws(UploadMistake) -> [UInt8]? {
    if let data = upload.imageData {
      guard upload.image == nil else {
        throw UploadMistake(upload, "expected \"image\" or \"image_data\", not both")
      }
      return Array(data)
    }
    guard let path = upload.image else { return nil }
    guard let pictures else {
      throw UploadMistake(upload, "this server takes no paths, only \"image_data\"")
    }
    guard let bytes = pictures.picture(at: path) else {
      throw UploadMistake(upload, "there is no image \"\(path)\"")
    }
    return bytes
  }
}
