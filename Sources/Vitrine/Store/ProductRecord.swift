/// How a product is stored under its slot.
///
/// ```
/// checksum of everything after it (4 bytes)
/// length of content hash (1 byte), content hash
/// id (text), has image (1 byte), image (text)
/// then per attribute, in order of its number:
///   number (varint), tag (1 byte), payload
/// ```
/// A text is its length in bytes as a varint, and UTF-8. Payloads: text; number 8 bytes; boolean
/// 1 byte; date 8 bytes; list a varint count and that many texts. Fixed-size numbers are
/// little-endian. A varint has seven bits in a byte, low first, the high bit set where more follow.
struct ProductRecord {
  enum Tag: UInt8 { case text, number, boolean, date, list }

  /// - Parameter values: the product's, in the order of their numbers.
  static func encode(
    _ product: Product, _ values: [NumberedValue], contentHash: [UInt8]
  ) -> [UInt8] {
    var writer = ByteWriter()
    writer.append(UInt8(clamping: contentHash.count))
    writer.bytes += contentHash.prefix(255)
    writer.append(product.id)
    writer.append(UInt8(product.image == nil ? 0 : 1))
    if let image = product.image { writer.append(image) }
    for value in values {
      writer.append(varint: value.number)
      append(value.value, to: &writer)
    }
    return writer.sealed
  }

  private static func append(_ value: Value, to writer: inout ByteWriter) {
    switch value {
    case .text(let text):
      writer.append(Tag.text.rawValue)
      writer.append(text)
    case .number(let number):
      writer.append(Tag.number.rawValue)
      writer.append(fixed: number.bitPattern)
    case .boolean(let flag):
      writer.append(Tag.boolean.rawValue)
      writer.append(UInt8(flag ? 1 : 0))
    case .date(let seconds):
      writer.append(Tag.date.rawValue)
      writer.append(fixed: UInt64(bitPattern: seconds))
    case .list(let items):
      writer.append(Tag.list.rawValue)
      writer.append(varint: items.count)
      for item in items { writer.append(item) }
    }
  }

  /// The content hash alone.
  static func contentHash(in record: RawSpan) -> [UInt8]? {
    var reader = ByteReader(record)
    guard reader.unseal() else { return nil }
    return reader.contentHash()
  }

  /// The product with the attributes that are wanted, by number, or all; nil if the record is
  /// damaged.
  static func decode(_ record: RawSpan, schema: Schema, wanted: [Bool]? = nil) -> Product? {
    var reader = ByteReader(record)
    guard reader.unseal(), reader.contentHash() != nil, let id = reader.text(),
      let hasImage = reader.byte(),
      let image = hasImage == 0 ? .some(nil) : reader.text().map(Optional.some)
    else { return nil }
    var attributes: [String: Value] = [:]
    while !reader.isAtEnd {
      guard let number = reader.varint(), schema.attributes.indices.contains(number) else {
        return nil
      }
      if wanted?[number] == false {
        guard skipValue(&reader) else { return nil }
        continue
      }
      guard let value = value(&reader) else { return nil }
      attributes[schema.attributes[number].name] = value
    }
    return Product(id: id, image: image, attributes: attributes)
  }

  /// One attribute's value, skipping over the others without building them.
  static func value(of wanted: Int, in record: RawSpan) -> Value? {
    var reader = ByteReader(record)
    guard reader.unseal(), let hash = reader.byte(), reader.skip(Int(hash)), reader.skipText(),
      let hasImage = reader.byte(), hasImage == 0 || reader.skipText()
    else { return nil }
    while !reader.isAtEnd, let number = reader.varint(), number <= wanted {
      if number == wanted { return value(&reader) }
      guard skipValue(&reader) else { return nil }
    }
    return nil
  }

  private static func value(_ reader: inout ByteReader) -> Value? {
    switch reader.byte().flatMap(Tag.init) {
    case .text: return reader.text().map(Value.text)
    case .number: return reader.fixed().map { .number(Double(bitPattern: $0)) }
    case .boolean: return reader.byte().map { .boolean($0 != 0) }
    case .date: return reader.fixed().map { .date(Int64(bitPattern: $0)) }
    case .list:
      guard let count = reader.varint(), count <= reader.remaining else { return nil }
      var items: [String] = []
      for _ in 0..<count {
        guard let item = reader.text() else { return nil }
        items.append(item)
      }
      return .list(items)
    case nil: return nil
    }
  }

  static func skipValue(_ reader: inout ByteReader) -> Bool {
    switch reader.byte().flatMap(Tag.init) {
    case .text: return reader.skipText()
    case .number, .date: return reader.skip(8)
    case .boolean: return reader.skip(1)
    case .list:
      guard let count = reader.varint(), count <= reader.remaining else { return false }
      return (0..<count).allSatisfy { _ in reader.skipText() }
    case nil: return false
    }
  }
}
