/// One product of a catalogue: its id, where its photograph is, and what else is known of it.
public struct Product: Sendable, Hashable, Codable {
  /// The catalogue's own id, unique within an index; 1 to 500 bytes of UTF-8.
  public var id: String
  /// The photograph as the catalogue names it: a path below the image root, or nil if there is
  /// none.
  public var image: String?
  /// The values by attribute name. ``Schema/ordered(_:)`` gives them in the catalogue's order.
  public var attributes: [String: Value]

  /// A product.
  public init(id: String, image: String? = nil, attributes: [String: Value] = [:]) {
    self.id = id
    self.image = image
    self.attributes = attributes
  }

  /// What is wrong with an id, which is to be a key of LMDB; nil if nothing is.
  static func mistake(inID id: String) -> String? {
    let size = id.utf8.count
    if !(1...500).contains(size) { return "expected an id of 1 to 500 bytes, found \(size)" }
    return isListable(id) ? nil : "expected an id without line breaks, found \(id.debugDescription)"
  }

  /// Whether an id can stand in a list with one in a line.
  static func isListable(_ id: String) -> Bool {
    !id.utf8.contains(UInt8(ascii: "\n")) && id.utf8.last != UInt8(ascii: "\r")
  }
}
