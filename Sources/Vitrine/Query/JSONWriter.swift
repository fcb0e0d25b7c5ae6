import Foundation

/// Writes JSON into bytes. Who writes says what belongs together; commas come by themselves.
struct JSONWriter {
  /// What is written, and room after it: texts are copied eight bytes at a time.
  private var room: [UInt8]
  private var count = 0
  private var needsComma = false

  /// - Parameter count: how many bytes are likely to come.
  init(reserving count: Int = 0) { room = Array(repeating: 0, count: count + Self.step) }

  /// What is written so far.
  var bytes: [UInt8] { Array(room[..<count]) }

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
    append(Self.quote)
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
    text.withUTF8Buffer { append($0.span.bytes) }
  }

  mutating func boolean(_ flag: Bool) { raw(flag ? "true" : "false") }

  mutating func integer(_ number: Int) {
    var digits = InlineArray<20, UInt8>(repeating: UInt8(ascii: "0"))
    var first = digits.count
    var rest = number.magnitude
    repeat {
      first -= 1
      digits[first] += UInt8(rest % 10)
      rest /= 10
    } while rest > 0
    if number < 0 { append(UInt8(ascii: "-")) }
    append(digits.span.bytes.extracting(first..<digits.count))
  }

  /// The shortest digits that mean the number, without an empty fraction; null for what is no number
  /// in JSON.
  mutating func number(_ number: Double) { decimal(number, number.description) }

  /// The shortest digits that mean the number among those of 32 bits.
  mutating func number(_ number: Float) { decimal(Double(number), number.description) }

  private mutating func decimal(_ number: Double, _ digits: @autoclosure () -> String) {
    guard number.isFinite else { return raw("null") }
    if number.magnitude < 0x1p53, Double(Int(number)) == number { return integer(Int(number)) }
    let digits = digits()
    append(digits.hasSuffix(".0") ? digits.utf8.dropLast(2) : digits.utf8[...])
  }

  mutating func string(_ text: String) {
    var text = text
    text.withUTF8 { string(utf8: $0.span.bytes) }
  }

  /// A text as UTF-8, which mostly needs no escapes.
  mutating func string(utf8: RawSpan) {
    append(Self.quote)
    var place = append(utf8, from: 0, stopping: true)
    while place < utf8.byteCount {
      escaped(utf8.unsafeLoad(fromByteOffset: place, as: UInt8.self))
      place = append(utf8, from: place + 1, stopping: true)
    }
    append(Self.quote)
  }

  /// What is seldom asked for is left to the encoder.
  mutating func encode(_ value: some Encodable) throws {
    append(try JSONEncoder.answers.encode(value))
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
    if needsComma { append(UInt8(ascii: ",")) }
    needsComma = false
  }

  private mutating func escaped(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): raw("\\\"")
    case UInt8(ascii: "\\"): raw("\\\\")
    case UInt8(ascii: "\n"): raw("\\n")
    case UInt8(ascii: "\r"): raw("\\r")
    case UInt8(ascii: "\t"): raw("\\t")
    case 0x08: raw("\\b")
    case 0x0C: raw("\\f")
    default: append(String(format: "\\u%04x", byte).utf8)
    }
  }

  private mutating func append(_ byte: UInt8) {
    makeRoom(1)
    room[count] = byte
    count += 1
  }

  private mutating func append(_ some: some Sequence<UInt8>) {
    for byte in some { append(byte) }
  }

  private mutating func append(_ some: RawSpan) { _ = append(some, from: 0, stopping: false) }

  /// Appends bytes from a place on; returns where it ended: at the end or, if it is to stop there, at the
  /// first byte that needs an escape.
  private mutating func append(_ some: RawSpan, from start: Int, stopping: Bool) -> Int {
    makeRoom(some.byteCount - start)
    let offset = count - start
    var span = room.mutableSpan
    var target = span.mutableBytes
    var place = start
    while place < some.byteCount {
      let eight = Self.eightBytes(of: some, from: place)
      // What is too much is written over by what comes next.
      target.storeBytes(of: eight.littleEndian, toByteOffset: offset + place, as: UInt64.self)
      if stopping, let clean = Self.firstToEscape(in: eight) {
        place += clean
        break
      }
      place = min(place + Self.step, some.byteCount)
    }
    count = offset + place
    return place
  }

  private mutating func makeRoom(_ more: Int) {
    let missing = count + more + Self.step - room.count
    if missing > 0 { room += repeatElement(0, count: max(missing, room.count)) }
  }

  private static let quote = UInt8(ascii: "\"")
  private static let step = 8

  /// Which of eight bytes is the first that needs an escape.
  private static func firstToEscape(in eight: UInt64) -> Int? {
    // Each test sets the high bit of such a byte, and never one below the first of them.
    func zeros(_ bytes: UInt64) -> UInt64 { (bytes &- ones) & ~bytes }
    let control = (eight &- ones &* 0x20) & ~eight
    let found = (control | zeros(eight ^ ones &* 0x22) | zeros(eight ^ ones &* 0x5C)) & highBits
    return found == 0 ? nil : found.trailingZeroBitCount / 8
  }

  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let highBits: UInt64 = 0x8080_8080_8080_8080

  /// Eight bytes, the first one lowest; spaces beyond the end.
  @inline(__always)
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
