extension ProductRecord {
  /// Writes `"id"`, `"image"` if there is one, and `"attributes"` as members of an object; false
  /// if the record is damaged.
  ///
  /// - Parameters:
  ///   - keys: the names of the attributes by number, as ``ProductStore/jsonKeys``.
  ///   - wanted: which attributes, by number; nil for all.
  static func write(
    _ record: RawSpan, to writer: inout JSONWriter, keys: borrowing JSONKeys, wanted: [Bool]?
  ) -> Bool {
    var reader = ByteReader(record)
    guard reader.unseal(), let hash = reader.byte(), reader.skip(Int(hash)),
      writer.member("id", { reader.write(to: &$0) }), let hasImage = reader.byte()
    else { return false }
    if hasImage != 0 {
      guard writer.member("image", { reader.write(to: &$0) }) else { return false }
    }
    return writer.member("attributes") { writer in
      writer.object { writer in
        while !reader.isAtEnd {
          guard let number = reader.varint(), (0..<keys.count).contains(number)
          else { return false }
          let isRead =
            wanted?[number] == false
            ? skipValue(&reader)
            : writer.member(number, of: keys) { write(&reader, to: &$0) }
          guard isRead else { return false }
        }
        return true
      }
    }
  }

  private static func write(_ reader: inout ByteReader, to writer: inout JSONWriter) -> Bool {
    switch reader.byte().flatMap(Tag.init) {
    case .text: return reader.write(to: &writer)
    case .number:
      guard let bits = reader.fixed() else { return false }
      writer.number(Double(bitPattern: bits))
    case .boolean:
      guard let flag = reader.byte() else { return false }
      writer.boolean(flag != 0)
    case .date:
      guard let bits = reader.fixed() else { return false }
      writer.string(Timestamp.label(of: Int64(bitPattern: bits)))
    case .list:
      guard let count = reader.varint(), count <= reader.remaining else { return false }
      return writer.array { writer in
        (0..<count).allSatisfy { _ in writer.element { reader.write(to: &$0) } }
      }
    case nil: return false
    }
    return true
  }
}

extension ByteReader {
  /// Reads a text and writes it as a JSON string; false if there is none.
  fileprivate mutating func write(to writer: inout JSONWriter) -> Bool {
    guard let count = varint(), count <= remaining else { return false }
    writer.string(utf8: rest.extracting(0..<count))
    return skip(count)
  }
}
