/// The value of one attribute of one product. An attribute that is absent has no value at all.
///
/// As JSON a value is what one would write: a string, a number, `true`, an array of strings; a
/// date is a string of ISO 8601, which comes back as ``text(_:)``; ``Engine`` gives it its kind again
/// when its product is stored.
public enum Value: Sendable, Hashable {
  /// A word or a sentence, as written.
  case text(String)
  /// A finite number.
  case number(Double)
  /// True or false.
  case boolean(Bool)
  /// Seconds since 1970 in UTC; a date without a time is its first second.
  case date(Int64)
  /// Several words: the value of a multi-valued attribute.
  case list([String])

  /// The value as one word or sentence, as it is shown; nil for lists of several.
  public var label: String? {
    switch self {
    case .text(let text): text
    case .number(let number): Value.text(of: number)
    case .boolean(let flag): flag ? "true" : "false"
    case .date(let seconds): Timestamp.label(of: seconds)
    case .list(let items): items.count == 1 ? items[0] : nil
    }
  }

  /// A number as it is written: without a fraction where it has none.
  package static func text(of number: Double) -> String {
    guard let whole = Int64(exactly: number), whole.magnitude < 1 << 53 else { return "\(number)" }
    return String(whole)
  }
}

extension Value: Codable {
  /// The value of a JSON string, number, boolean or array of strings.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let flag = try? container.decode(Bool.self) {
      self = .boolean(flag)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let items = try? container.decode([String].self) {
      self = .list(items)
    } else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription: "expected a text, a number of 64 bits, true, false or a list of texts")
    }
  }

  /// Writes the value as JSON would have it.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .text(let text): try container.encode(text)
    case .number(let number): try container.encode(number)
    case .boolean(let flag): try container.encode(flag)
    case .date(let seconds): try container.encode(Timestamp.label(of: seconds))
    case .list(let items): try container.encode(items)
    }
  }
}
