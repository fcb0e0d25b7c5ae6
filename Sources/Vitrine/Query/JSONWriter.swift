import Foundation
import LMDB

/// Writes JSON into bytes. Who writes says what belongs together; commas come by themselves.
struct JSONWriter {
  private(set) var bytes: [UInt8] = []
  private var needsComma = false

  /// - Parameter count: how many bytes are likely to come.
  init(reserving count: Int = 0) { bytes.reserveCapacity(count) }

  mutating func object<R>(_ members: (inout JSONWriter) throws -> R) rethrows -> R {
    try enclosed("{", "}", members)
  }

  mutating func array<R>(_ elements: (inout JSONWriter) throws -> R) rethrows -> R {
    try enclosed("[", "]", elements)
  }

  mutating func member<R>(
    _ name: StaticString, _ value: (inout JSONWriter) throws -> R
  ) rethrows -> R {
    separate()
    bytes.append(Self.quote)
    raw(name)
    raw("\":")
    defer { needsComma = true }
    return try value(&self)
  }

  /// A member with one of names that are JSON already.
  mutating func member<R>(
    _ number: Int, of keys: borrowing JSONKeys, _ value: (inout JSONWriter) throws -> R
  ) rethrows -> R {
    separate()
    append(keys.bytes.span.bytes.extracting(keys.starts[number]..<keys.starts[number + 1]))
    defer { needsComma = true }
    return try value(&self)
  }

  mutating func element<R>(_ value: (inout JSONWriter) throws -> R) rethrows -> R {
    separate()
    defer { needsComma = true }
    return try value(&self)
  }

  mutating func array(_ texts: [String]) {
    array { writer in
      for text in texts { writer.element { $0.string(text) } }
    }
  }

  mutating func raw(_ text: StaticString) {
    text.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  mutating func boolean(_ flag: Bool) { raw(flag ? "true" : "false") }

  mutating func integer(_ number: Int) { bytes += String(number).utf8 }

  /// The shortest digits that mean the number, without an empty fraction; null for what is no number
  /// in JSON.
  mutating func number(_ number: some BinaryFloatingPoint & CustomStringConvertible) {
    guard number.isFinite else { return raw("null") }
    if let whole = Int(exactly: number), whole.magnitude < 1 << 53 { return integer(whole) }
    let digits = number.description
    bytes += digits.hasSuffix(".0") ? digits.utf8.dropLast(2) : digits.utf8[...]
  }

  mutating func string(_ text: String) {
    bytes.append(Self.quote)
    for byte in text.utf8 { escaped(byte) }
    bytes.append(Self.quote)
  }

  /// A text as UTF-8, which mostly needs no escapes.
  mutating func string(utf8: RawSpan) {
    bytes.append(Self.quote)
    var start = 0
    while let place = Self.firstToEscape(in: utf8, from: start) {
      append(utf8.extracting(start..<place))
      escaped(utf8.unsafeLoad(fromByteOffset: place, as: UInt8.self))
      start = place + 1
    }
    append(utf8.extracting(start..<utf8.byteCount))
    bytes.append(Self.quote)
  }

  private mutating func append(_ some: RawSpan) {
    // Raw bytes would be appended one by one.
    some.withUnsafeBytes { raw in
      raw.withMemoryRebound(to: UInt8.self) { bytes.append(contentsOf: $0) }
    }
  }

  /// What is seldom asked for is left to the encoder.
  mutating func encode(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    bytes += try encoder.encode(value)
  }

  // MARK: pieces

  private mutating func enclosed<R>(
    _ open: StaticString, _ close: StaticString, _ inside: (inout JSONWriter) throws -> R
  ) rethrows -> R {
    raw(open)
    needsComma = false
    let result = try inside(&self)
    raw(close)
    needsComma = true
    return result
  }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = false
  }

  private mutating func escaped(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
    case UInt8(ascii: "\n"): raw("\\n")
    case UInt8(ascii: "\r"): raw("\\r")
    case UInt8(ascii: "\t"): raw("\\t")
    case 0x08: raw("\\b")
    case 0x0C: raw("\\f")
    case 0..<0x20: bytes += String(format: "\\u%04x", byte).utf8
    default: bytes.append(byte)
    }
  }

  private static let quote = UInt8(ascii: "\"")

  /// The first byte from `start` on that needs an escape: looked for among eight at a time.
  private static func firstToEscape(in utf8: RawSpan, from start: Int) -> Int? {
    var place = start
    while place < utf8.byteCount {
      let eight = eightBytes(of: utf8, from: place)
      // Each test sets the high bit of such a byte, and never one below the first of them.
      func zeros(_ bytes: UInt64) -> UInt64 { (bytes &- ones) & ~bytes }
      let control = (eight &- ones &* 0x20) & ~eight
      let found = (control | zeros(eight ^ ones &* 0x22) | zeros(eight ^ ones &* 0x5C)) & highBits
      if found != 0 { return place + found.trailingZeroBitCount / 8 }
      place += 8
    }
    return nil
  }

  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let highBits: UInt64 = 0x8080_8080_8080_8080

  /// Eight bytes, the first one lowest; spaces beyond the end.
  private static func eightBytes(of utf8: RawSpan, from place: Int) -> UInt64 {
    func load(_ place: Int) -> UInt64 {
      UInt64(littleEndian: utf8.unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self))
    }
    let (count, rest) = (utf8.byteCount, utf8.byteCount - place)
    if rest >= 8 { return load(place) }
    let spaces = (ones &* 0x20) << UInt64(8 * rest)
    if count >= 8 { return load(count - 8) >> UInt64(8 * (8 - rest)) | spaces }
    return (place..<count).reversed().reduce(spaces >> UInt64(8 * rest)) {
      $0 << 8 | UInt64(utf8.unsafeLoad(fromByteOffset: $1, as: UInt8.self))
    }
  }
}

/// Names of members, each with its quotes and colon, in one array: to write one is to copy a part of
/// it, where an array of arrays would have each of them retained and released.
struct JSONKeys: Sendable {
  fileprivate let bytes: [UInt8]
  /// Where each begins, and where the last one ends.
  fileprivate let starts: [Int]

  var count: Int { starts.count - 1 }

  init(_ names: [String]) {
    var writer = JSONWriter()
    var starts = [0]
    for name in names {
      writer.string(name)
      writer.raw(":")
      starts.append(writer.bytes.count)
    }
    (bytes, self.starts) = (writer.bytes, starts)
  }
}

extension JSONWriter {
  /// All of an answer but its hits and its time.
  mutating func members(of response: SearchResponse) throws {
    member("query") { $0.string(response.query) }
    member("path") { $0.string(response.path) }
    member("exact") { $0.boolean(response.exact) }
    member("matches") { writer in
      if let matches = response.matches { writer.integer(matches) } else { writer.raw("null") }
    }
    if !response.notes.isEmpty { member("notes") { $0.array(response.notes) } }
    if let cursor = response.cursor { member("cursor") { $0.string(cursor) } }
    if let facets = response.facets { try member("facets") { try $0.encode(facets) } }
    if let plan = response.plan { try member("plan") { try $0.encode(plan) } }
  }

  /// A product that was found, straight from its record: attributes in the order of the schema.
  mutating func write(
    _ found: FoundProduct, _ wanted: [Bool]?, _ store: ProductStore,
    _ txn: borrowing ReadTransaction
  ) throws {
    let isWhole = try object { writer in
      let isWhole = try txn.withValue(in: store.products, for: found.slot) { record in
        ProductRecord.write(record, to: &writer, keys: store.jsonKeys, wanted: wanted)
      }
      writer.member("score") { $0.number(found.score) }
      if let words = found.words { writer.member("words") { $0.array(words) } }
      if let parts = found.explain { try writer.member("explain") { try $0.encode(parts) } }
      return isWhole
    }
    guard isWhole == true else {
      throw VitrineError.damaged("the product of slot \(found.slot)")
    }
  }
}
