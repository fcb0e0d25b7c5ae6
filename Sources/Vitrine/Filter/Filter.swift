/// A condition on the attributes of a product, as a tree.
///
/// Written in text as `brand = "Nike" and price < 2000 and not colour in (Red, Pink)`; see
/// ``parse(_:schema:)`` for the grammar. ``description`` prints a text which parses to a filter that
/// means the same, and that text is the JSON form of a filter.
///
/// A comparison holds for a product if any of its values for the attribute satisfies it; a product
/// without a value satisfies no comparison. `not` is the plain complement, so `price != 5` holds
/// for products that have no price. Keywords compare without regard to case and accents.
public indirect enum Filter: Hashable, Sendable {
  /// All of the conditions hold; true when there are none.
  case and([Filter])
  /// At least one of the conditions holds; false when there are none.
  case or([Filter])
  /// The condition does not hold.
  case not(Filter)
  /// The attribute has a value that compares to the given one as asked.
  case compare(attribute: String, Comparison, Value)
  /// The attribute has a value that equals one of these.
  case oneOf(attribute: String, [Value])
  /// The attribute has a value from the first to the second, both included.
  case between(attribute: String, Value, Value)
  /// The attribute has a value that begins with this text.
  case prefix(attribute: String, String)
  /// The attribute has any value.
  case exists(attribute: String)

  /// How ``compare(attribute:_:_:)`` compares.
  public enum Comparison: String, Hashable, Sendable, CaseIterable {
    // swift-format-ignore: AllPublicDeclarationsHaveDocumentation
    case equal = "=", notEqual = "!=", less = "<", lessOrEqual = "<="
    // swift-format-ignore: AllPublicDeclarationsHaveDocumentation
    case greater = ">", greaterOrEqual = ">="
  }

  /// Bounds on what ``parse(_:schema:)`` accepts, so that a filter from outside cannot exhaust the
  /// stack or the time of a server.
  public enum Limits {
    /// How deep `not` and parentheses nest.
    public static let depth = 64
    /// Conditions and listed values in all.
    public static let nodes = 4096
  }
}

extension Filter: CustomStringConvertible {
  /// The filter as text which parses to an equal tree, but for what says nothing: `and` and `or` of
  /// one condition are that condition, and `in` a list of no values is `false`.
  public var description: String { printed(within: 0) }

  /// - Parameter precedence: that of the surrounding operator: 0 none, 1 `or`, 2 `and`, 3 `not`.
  private func printed(within precedence: Int) -> String {
    switch self {
    case .and(let parts):
      return join(parts, " and ", precedence: 2, within: precedence) ?? "true"
    case .or(let parts):
      return join(parts, " or ", precedence: 1, within: precedence) ?? "false"
    case .not(let part):
      return "not \(part.printed(within: 3))"
    case .compare(let attribute, let comparison, let value):
      return "\(Filter.quoted(attribute)) \(comparison.rawValue) \(value.filterText)"
    case .oneOf(_, let values) where values.isEmpty:
      return "false"
    case .oneOf(let attribute, let values):
      let list = values.map(\.filterText).joined(separator: ", ")
      return "\(Filter.quoted(attribute)) in (\(list))"
    case .between(let attribute, let low, let high):
      return "\(Filter.quoted(attribute)) between \(low.filterText) and \(high.filterText)"
    case .prefix(let attribute, let text):
      return "\(Filter.quoted(attribute)) = \(Filter.quoted(text, always: text.isEmpty))*"
    case .exists(let attribute):
      return "exists \(Filter.quoted(attribute))"
    }
  }

  /// Nil if there are no parts.
  private func join(
    _ parts: [Filter], _ separator: String, precedence own: Int, within outer: Int
  ) -> String? {
    if parts.count < 2 { return parts.first?.printed(within: outer) }
    let text = parts.map { $0.printed(within: own) }.joined(separator: separator)
    // Equal precedence is parenthesised too: `a and (b and c)` is not the same tree as three parts.
    return outer >= own ? "(\(text))" : text
  }

  /// The text as a bare word where that reads back as the same word, otherwise in quotes.
  package static func quoted(_ text: String, always: Bool = false) -> String {
    if !always, FilterLexer.isBareWord(text) { return text }
    let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    return "\"\(escaped)\""
  }
}

extension Filter: Codable {
  /// Decodes the text form.
  ///
  /// With a ``Schema`` under `CodingUserInfoKey.schema` of the decoder's `userInfo`, names
  /// and values are checked against it, and errors point into the text as it was written.
  ///
  /// - Throws: ``FilterError``.
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    let schema = CodingUserInfoKey.schema.flatMap { decoder.userInfo[$0] as? Schema }
    self = try Filter.parse(text, schema: schema)
  }

  /// Encodes ``description``.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension CodingUserInfoKey {
  /// Under this key a decoder of queries and filters is told the ``Schema`` of the index.
  public static let schema = CodingUserInfoKey(rawValue: "vitrine.schema")
}

extension Value {
  /// The value as a literal of the filter grammar.
  var filterText: String {
    switch self {
    case .text(let text):
      return Filter.quoted(text, always: Filter.bareValue(text) != .text(text))
    case .number(let number): return Value.text(of: number)
    case .boolean(let flag): return flag ? "true" : "false"
    case .date(let seconds): return Timestamp.text(of: seconds)
    case .list(let items): return Filter.quoted(items.joined(separator: ", "), always: true)
    }
  }
}
