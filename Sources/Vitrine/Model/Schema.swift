/// One attribute of the products of an index.
public struct Attribute: Sendable, Hashable, Codable {
  /// What the values of an attribute are, which decides how they are stored and asked for.
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    /// A word from a vocabulary, such as a brand: filtered, counted and searched by words.
    case keyword
    /// A sentence or more, such as a description: searched by words only.
    case text
    /// A number: filtered by value and range.
    case number
    /// True or false.
    case boolean
    /// A date, with or without a time.
    case date
  }

  /// The name, as in the catalogue; a nested JSON field is `outer.inner`.
  public var name: String
  /// What its values are.
  public var kind: Kind
  /// Whether a product may have several. Only keywords and texts can.
  public var isMultiValued: Bool
  /// What parts several values within one cell or string of the catalogue, such as `|`; nil if
  /// several values come as an array.
  public var separator: String?

  /// An attribute.
  public init(
    name: String, kind: Kind, isMultiValued: Bool = false, separator: String? = nil
  ) {
    self.name = name
    self.kind = kind
    self.isMultiValued = isMultiValued
    self.separator = separator
  }

  /// An attribute of JSON; `multi_valued` and `separator` may be left out.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    name = try container.decode(String.self, forKey: .name)
    kind = try container.decode(Kind.self, forKey: .kind)
    separator = try container.decodeIfPresent(String.self, forKey: .separator)
    isMultiValued =
      try container.decodeIfPresent(Bool.self, forKey: .isMultiValued) ?? (separator != nil)
  }

  enum CodingKeys: String, CodingKey {
    case name, kind, separator
    case isMultiValued = "multi_valued"
  }
}

/// The attributes of an index in the order in which they are shown, and the columns of the
/// catalogue that hold the id and the image.
///
/// Stored in the index and written and read as JSON:
///
///     {"id": "sku", "image": "photo", "attributes": [{"name": "price", "kind": "number"}]}
///
/// A schema grows at its end, as stored values refer to attributes by position; what no product has
/// any more goes when the index is compacted. An index has at most 65,535 attributes.
public struct Schema: Sendable, Hashable, Codable {
  /// The attributes in order; their names are unique.
  public var attributes: [Attribute]
  /// The catalogue's column of ids, if it is known.
  public var id: String?
  /// The catalogue's column of images, if it is known and there is one.
  public var image: String?

  /// A schema.
  public init(attributes: [Attribute] = [], id: String? = nil, image: String? = nil) {
    self.attributes = attributes
    self.id = id
    self.image = image
  }

  /// The attribute of this exact name.
  ///
  /// - Complexity: O(attributes).
  public subscript(name: String) -> Attribute? {
    attributes.first { $0.name == name }
  }

  /// The product's values in the order of the schema.
  ///
  /// - Complexity: O(attributes).
  public func ordered(_ product: Product) -> [(attribute: Attribute, value: Value)] {
    attributes.compactMap { attribute in
      product.attributes[attribute.name].map { (attribute, $0) }
    }
  }
}
