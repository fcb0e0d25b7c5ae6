/// A catalogue to be indexed: a CSV or JSON Lines file, plain or gzipped, and its photographs.
public struct CatalogueSource: Sendable {
  /// The file of rows.
  public var path: String
  /// The folder or TAR file of photographs; nil for the folder of the catalogue.
  public var images: String?
  /// The column of ids; nil to use the index's, or to guess.
  public var idColumn: String?
  /// The column of image paths; nil to use the index's, or to guess. Without one the photograph of
  /// `7` is looked for as `7.jpg`, `images/7.jpg`, and with other endings.
  public var imageColumn: String?
  /// What is known of the columns; attributes it does not name are inferred.
  public var schema: Schema?

  /// A catalogue.
  public init(
    path: String, images: String? = nil, idColumn: String? = nil, imageColumn: String? = nil,
    schema: Schema? = nil
  ) {
    self.path = path
    self.images = images
    self.idColumn = idColumn
    self.imageColumn = imageColumn
    self.schema = schema
  }
}

/// Which columns hold the id and the image.
package struct ColumnMapping: Equatable {
  package let id: String
  package let image: String?

  static let idNames = [
    "id", "sku", "productid", "itemid", "articleid", "productcode", "handle", "asin", "ean", "gtin",
    "uid", "key", "articlenumber",
  ]
  static let imageNames = [
    "image", "imagepath", "img", "imagefile", "filename", "imagefilename", "photo", "picture",
    "images", "imagelink", "imageurl", "path", "file",
  ]

  /// Takes the named columns, else those the index remembers, else the first of the usual names.
  ///
  /// - Throws: ``VitrineError/invalidArgument(_:)`` naming the columns there are.
  init(columns: [String], source: CatalogueSource, stored: Schema) throws(VitrineError) {
    func known(_ named: String?, _ remembered: String?, _ usual: [String]) throws(VitrineError)
      -> String?
    {
      if let named {
        guard columns.contains(named) else {
          throw .invalidArgument(
            "\(source.path) has no column \"\(named)\"; it has \(columns.joined(separator: ", "))")
        }
        return named
      }
      if let remembered, columns.contains(remembered) { return remembered }
      for name in usual {
        if let found = columns.first(where: { ColumnMapping.plain($0) == name }) { return found }
      }
      return nil
    }
    let given = source.schema
    guard let id = try known(source.idColumn ?? given?.id, stored.id, ColumnMapping.idNames) else {
      throw .invalidArgument(
        "which column of \(source.path) holds the id? It has \(columns.joined(separator: ", "))")
    }
    self.id = id
    image = try known(source.imageColumn ?? given?.image, stored.image, ColumnMapping.imageNames)
  }

  /// Lower case letters and digits only.
  private static func plain(_ name: String) -> String {
    name.lowercased().filter { $0.isLetter || $0.isNumber }
  }
}
