internal import Foundation

/// Vectors that exist already, to be imported: a file of numbers, a file of ids, and what else is
/// known of the products.
public struct VectorSource: Sendable {
  /// A `.npy` file of f16, f32 or f64, one row per id, or the bare f32 of such a table.
  public var vectors: String
  /// A text file with one id per line, in the order of the rows. Blanks around ids do not count.
  public var ids: String
  /// A catalogue of attributes, as ``CatalogueSource`` describes it; its photographs are not read.
  public var attributes: CatalogueSource?

  /// Vectors, ids and attributes.
  public init(vectors: String, ids: String, attributes: CatalogueSource? = nil) {
    self.vectors = vectors
    self.ids = ids
    self.attributes = attributes
  }

  /// How many numbers a vector has; an index for them is made with this.
  ///
  /// - Throws: ``VitrineError`` if the files cannot be read or do not fit each other.
  public func dimensions() throws(VitrineError) -> Int {
    try VectorFile(path: vectors, rows: readIDs().count).dimensions
  }

  /// The ids in order.
  func readIDs() throws(VitrineError) -> [String] {
    let source = try ByteSource(path: ids)
    while try source.refill() {}
    var found: [String] = []
    var known: Set<IDBytes> = []
    var lines = source.bytes[source.start..<source.end]
      .split(separator: 10, omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    found.reserveCapacity(lines.count)
    for (row, line) in lines.enumerated() {
      func bad(_ reason: String) -> VitrineError {
        .badData(path: ids, row: row + 1, column: nil, reason: reason)
      }
      guard let text = String(validating: line, as: UTF8.self) else {
        let beginning = String(decoding: line.prefix(40), as: UTF8.self)
        throw bad("expected an id in UTF-8, found \(beginning)")
      }
      let id = Product.id(inFile: text)
      if let mistake = Product.mistake(inID: id) { throw bad(mistake) }
      guard known.insert(IDBytes(id)).inserted else { throw bad("\(id) occurs twice") }
      found.append(id)
    }
    return found
  }
}
