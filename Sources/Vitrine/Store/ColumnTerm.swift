import HNSW
import LMDB

/// One fact about a product that filters can ask for: an attribute has a value, or has any.
///
/// Its bytes are the key under which the slots are kept, so that the order of keys is the order of
/// values and a range or prefix of values is a range of keys:
/// ```
/// attribute number (2 bytes, big-endian)
/// tag (1 byte): 0 the attribute exists, 1 it has the value that follows
/// value: keyword   folded UTF-8 without NUL, then a NUL
///        number    8 bytes, ordered like the number
///        date      8 bytes, ordered like the time
///        boolean   1 byte
/// ```
struct ColumnTerm: Hashable {
  let bytes: [UInt8]

  /// Keywords longer than this are cut and continue with a hash, to fit LMDB's keys.
  static let longestKeyword = 400

  static func exists(_ attribute: Int) -> ColumnTerm {
    ColumnTerm(bytes: header(attribute, tag: 0))
  }

  /// Attributes that can be numbered: the next number stands for the product itself.
  static let mostAttributes = 0xFFFF

  /// Holds for every product: the complement in `not` is taken from its slots.
  static let live = exists(mostAttributes)

  /// Where the values of an attribute begin.
  static func header(_ attribute: Int, tag: UInt8 = 1) -> [UInt8] {
    [UInt8(truncatingIfNeeded: attribute >> 8), UInt8(truncatingIfNeeded: attribute), tag]
  }

  static func keyword(_ attribute: Int, _ text: String) -> ColumnTerm {
    ColumnTerm(bytes: header(attribute) + keywordKey(text) + [0])
  }

  /// What all keywords that begin with the text have in common.
  static func prefix(_ attribute: Int, _ text: String) -> [UInt8] {
    header(attribute) + Folding.fold(text).utf8.filter { $0 != 0 }.prefix(longestKeyword)
  }

  static func number(_ attribute: Int, _ number: Double) -> ColumnTerm {
    ColumnTerm(bytes: header(attribute) + ordered(orderedBits(number)))
  }

  static func date(_ attribute: Int, _ seconds: Int64) -> ColumnTerm {
    ColumnTerm(bytes: header(attribute) + ordered(UInt64(bitPattern: seconds) ^ 1 << 63))
  }

  static func boolean(_ attribute: Int, _ flag: Bool) -> ColumnTerm {
    ColumnTerm(bytes: header(attribute) + [flag ? 1 : 0])
  }

  /// The term of a value of the attribute's kind; nil if the value does not fit the kind, or the
  /// attribute is free text.
  static func of(_ value: Value, _ attribute: Int, _ kind: Attribute.Kind) -> ColumnTerm? {
    switch (kind, value) {
    case (.keyword, _): .keyword(attribute, value.plainText)
    case (.number, .number(let number)) where !number.isNaN: .number(attribute, number)
    case (.number, .text(let text)): Double(text).map { .number(attribute, $0) }
    case (.date, .date(let seconds)): .date(attribute, seconds)
    case (.boolean, .boolean(let flag)): .boolean(attribute, flag)
    default: nil
    }
  }

  /// Every term of a product with these values, with its spelling where it is a keyword.
  static func all(of values: [NumberedValue]) -> [ColumnTerm: String?] {
    var terms: [ColumnTerm: String?] = [live: nil]
    for value in values {
      let items = value.value.items
      guard !items.isEmpty else { continue }
      terms.updateValue(nil, forKey: .exists(value.number))
      for item in items {
        guard let term = of(item, value.number, value.kind) else { continue }
        let spelling: String? = value.kind == .keyword ? item.plainText : nil
        terms.updateValue(spelling, forKey: term)
      }
    }
    return terms
  }

  private static func keywordKey(_ text: String) -> [UInt8] {
    let key = Folding.fold(text).utf8.filter { $0 != 0 }
    guard key.count > longestKeyword else { return key }
    return key.prefix(longestKeyword)
      + ordered(key.reduce(into: FNV()) { $0.combine(number: UInt64($1)) }.value)
  }

  private static func ordered(_ bits: UInt64) -> [UInt8] {
    stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: bits >> UInt64($0)) }
  }

  /// Bits that compare like the number: all flipped for negatives, the sign bit for the others.
  private static func orderedBits(_ number: Double) -> UInt64 {
    let bits = (number == 0 ? 0 : number).bitPattern
    return bits >> 63 == 1 ? ~bits : bits | 1 << 63
  }
}

extension ColumnTerm {
  /// The value a key of the store stands for; a keyword comes back folded. Nil for existence.
  static func value(of key: [UInt8], kind: Attribute.Kind) -> Value? {
    guard key.count > 3, key[2] == 1 else { return nil }
    let payload = key.dropFirst(3)
    switch kind {
    case .keyword, .text:
      return .text(String(decoding: payload.dropLast(), as: UTF8.self))
    case .boolean: return .boolean(payload.first == 1)
    case .number:
      let bits = bigEndian(payload)
      return .number(Double(bitPattern: bits >> 63 == 1 ? bits ^ 1 << 63 : ~bits))
    case .date: return .date(Int64(bitPattern: bigEndian(payload) ^ 1 << 63))
    }
  }

  /// The number of its attribute.
  var attribute: Int { Int(bytes[0]) << 8 | Int(bytes[1]) }

  private static func bigEndian(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }
}

extension Value {
  /// The items of a list, or the value alone.
  var items: [Value] {
    if case .list(let items) = self { items.map(Value.text) } else { [self] }
  }

  /// The value as text without quotes; the items of a list with commas between them.
  var plainText: String {
    switch self {
    case .text(let text): text
    case .number(let number): Value.text(of: number)
    case .boolean(let flag): flag ? "true" : "false"
    case .date(let seconds): Timestamp.text(of: seconds)
    case .list(let items): items.joined(separator: ", ")
    }
  }
}

extension ColumnTerm {
  /// The key of the posting that holds the slots of one group of 65,536.
  func key(group: Slot) -> [UInt8] {
    bytes + [UInt8(truncatingIfNeeded: group >> 8), UInt8(truncatingIfNeeded: group)]
  }
}
