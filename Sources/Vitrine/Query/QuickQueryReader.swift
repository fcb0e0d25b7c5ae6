/// Reads the JSON of a usual query in one pass: texts, products and vectors to look for, a filter,
/// numbers and switches.
///
/// Whatever else there is in it, or wrong with it, is left to `JSONDecoder`, which takes as long over
/// a vector as the search, and knows what to say. What is read here it would read the same.
package struct QuickQueryReader {
  private struct NotUsual: Error {}

  private let bytes: [UInt8]
  private var place = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The query; nil if it is to be read by `JSONDecoder`.
  ///
  /// - Parameter schema: what filters are checked against; asked for if there is one.
  package static func query(_ bytes: [UInt8], schema: () throws -> Schema?) -> Query? {
    var reader = QuickQueryReader(bytes)
    guard let query = try? reader.query(schema), reader.place == bytes.count else { return nil }
    return query
  }

  /// The queries of an array; nil if they are to be read by `JSONDecoder`.
  package static func queries(_ bytes: [UInt8], schema: () throws -> Schema?) -> [Query]? {
    var reader = QuickQueryReader(bytes)
    reader.skipSpace()
    guard let queries = try? reader.array({ try $0.query(schema) }), reader.place == bytes.count
    else { return nil }
    return queries
  }

  private mutating func query(_ schema: () throws -> Schema?) throws -> Query {
    var query = Query()
    var text: String?
    skipSpace()
    try object { reader, name in
      switch name {
      case "text": text = try reader.string()
      case "terms": query.terms = try reader.array { try $0.term() }
      case "filter": query.filter = try Filter.parse(try reader.string(), schema: try schema())
      case "k": query.k = try reader.integer()
      case "ef": query.ef = try reader.integer()
      case "candidates": query.candidates = try reader.integer()
      case "exact": query.exact = try reader.boolean()
      case "explain": query.explain = try reader.boolean()
      case "fields": query.fields = try reader.array { try $0.string() }
      default: throw NotUsual()
      }
    }
    if let text { query.terms.insert(.text(text), at: 0) }
    return query
  }

  private mutating func term() throws -> QueryTerm {
    var subject: QueryTerm.Subject?
    var weight: Float = 1
    try object { reader, name in
      if name == "weight" {
        weight = try reader.float()
        return
      }
      guard subject == nil else { throw NotUsual() }
      switch name {
      case "text": subject = .text(try reader.string())
      case "product": subject = .product(try reader.string())
      case "vector": subject = .vector(try reader.array { try $0.float() })
      default: throw NotUsual()
      }
    }
    guard let subject else { throw NotUsual() }
    return QueryTerm(subject, weight: weight)
  }

  // MARK: JSON

  /// An object; a name that comes twice is not usual.
  private mutating func object(
    _ member: (inout QuickQueryReader, String) throws -> Void
  ) throws {
    var names: [String] = []
    try enclosed("{", "}") { reader in
      let name = try reader.string()
      guard reader.take(":"), !names.contains(name) else { throw NotUsual() }
      names.append(name)
      try member(&reader, name)
    }
  }

  private mutating func array<Element>(
    _ element: (inout QuickQueryReader) throws -> Element
  ) throws -> [Element] {
    var elements: [Element] = []
    try enclosed("[", "]") { elements.append(try element(&$0)) }
    return elements
  }

  private mutating func enclosed(
    _ open: Unicode.Scalar, _ close: Unicode.Scalar,
    _ item: (inout QuickQueryReader) throws -> Void
  ) throws {
    guard take(open) else { throw NotUsual() }
    if take(close) { return }
    repeat { try item(&self) } while take(",")
    guard take(close) else { throw NotUsual() }
  }

  /// A string without escapes.
  private mutating func string() throws -> String {
    guard peek == UInt8(ascii: "\"") else { throw NotUsual() }
    let start = place + 1
    var end = start
    while end < bytes.count, bytes[end] != UInt8(ascii: "\"") {
      guard bytes[end] >= 0x20, bytes[end] != UInt8(ascii: "\\") else { throw NotUsual() }
      end += 1
    }
    guard end < bytes.count, let text = String(validating: bytes[start..<end], as: UTF8.self)
    else { throw NotUsual() }
    place = end + 1
    skipSpace()
    return text
  }

  private mutating func boolean() throws -> Bool {
    for (word, value) in [("true", true), ("false", false)]
    where bytes[place...].starts(with: word.utf8) {
      place += word.utf8.count
      skipSpace()
      return value
    }
    throw NotUsual()
  }

  /// A whole number of few digits.
  private mutating func integer() throws -> Int {
    let number = try number()
    guard number.count <= 15, number.count == number.length else { throw NotUsual() }
    return Int(number.digits)
  }

  private mutating func float() throws -> Float {
    let start = place
    let number = try number()
    if let value = number.nearestFloat { return value }
    let text = String(decoding: bytes[start..<start + number.length], as: UTF8.self)
    guard let value = Float(text), value.isFinite else { throw NotUsual() }
    return value
  }

  private mutating func number() throws -> DecimalNumber {
    guard let number = DecimalNumber(json: bytes.span, from: place) else { throw NotUsual() }
    place += number.length
    skipSpace()
    return number
  }

  private var peek: UInt8? { place < bytes.count ? bytes[place] : nil }

  /// Takes a sign and the white space after it, if it is next.
  private mutating func take(_ sign: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: sign) else { return false }
    place += 1
    skipSpace()
    return true
  }

  private mutating func skipSpace() {
    while place < bytes.count, bytes[place].isJSONSpace { place += 1 }
  }
}
