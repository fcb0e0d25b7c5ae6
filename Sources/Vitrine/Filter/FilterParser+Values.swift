extension FilterParser {
  /// What a literal asks for: one value, a span of them (a day, a month), or a beginning.
  private enum Literal {
    case value(Value)
    case span(Value, Value)
    case prefix(String)
  }

  /// An attribute as named in the filter; its kind is nil when there is no schema.
  struct Name {
    let name: String
    let kind: Attribute.Kind?
  }

  mutating func attribute() throws(FilterError) -> Name {
    let token = advance()
    let written: String
    switch token.kind {
    case .quoted(let text): written = text
    case .word(let text) where token.keyword == nil: written = text
    default: throw error(at: token, expected: "an attribute")
    }
    guard let schema else { return Name(name: written, kind: nil) }
    switch schema.lookUp(written) {
    case .attribute(let number):
      let found = schema.attributes[number]
      return Name(name: found.name, kind: found.kind)
    case .unknown(let nearest):
      throw error(at: token, expected: "an attribute", suggestion: nearest)
    }
  }

  mutating func compare(
    _ attribute: Name, _ comparison: Filter.Comparison, _ operation: FilterToken
  ) throws(FilterError) -> Filter {
    let isEquality = comparison == .equal || comparison == .notEqual
    if !isEquality, let kind = attribute.kind, !kind.isOrdered {
      throw error(at: operation, expected: "= or != (\(attribute.name) has no order)")
    }
    switch try literal(of: attribute) {
    case .value(let value):
      return .compare(attribute: attribute.name, comparison, value)
    case .prefix(let text):
      guard isEquality else { throw error(at: operation, expected: "= or != before a prefix") }
      let prefix = Filter.prefix(attribute: attribute.name, text)
      return comparison == .equal ? prefix : .not(prefix)
    case .span(let first, let last):
      switch comparison {
      case .equal: return .between(attribute: attribute.name, first, last)
      case .notEqual: return .not(.between(attribute: attribute.name, first, last))
      case .less, .greaterOrEqual:
        return .compare(attribute: attribute.name, comparison, first)
      case .lessOrEqual, .greater:
        return .compare(attribute: attribute.name, comparison, last)
      }
    }
  }

  /// `( value, … )`; prefixes and spans of time make it an `or` of their conditions.
  mutating func list(of attribute: Name) throws(FilterError) -> Filter {
    try expect(.leftParenthesis, "\"(\"")
    var values: [Value] = []
    var others: [Filter] = []
    repeat {
      try countNode()
      switch try literal(of: attribute) {
      case .value(let value): values.append(value)
      case .prefix(let text): others.append(.prefix(attribute: attribute.name, text))
      case .span(let first, let last):
        others.append(.between(attribute: attribute.name, first, last))
      }
    } while takeComma()
    try expect(.rightParenthesis, "\",\" or \")\"")
    if !values.isEmpty { others.append(.oneOf(attribute: attribute.name, values)) }
    return others.count == 1 ? others[0] : .or(others)
  }

  mutating func range(of attribute: Name) throws(FilterError) -> Filter {
    if let kind = attribute.kind, !kind.isOrdered {
      throw error(at: current, expected: "= or \"in\" (\(attribute.name) has no order)")
    }
    let low = try bound(of: attribute, isLow: true)
    guard take(.and) else { throw error(at: current, expected: "\"and\"") }
    let high = try bound(of: attribute, isLow: false)
    return .between(attribute: attribute.name, low, high)
  }

  private mutating func bound(of attribute: Name, isLow: Bool) throws(FilterError) -> Value {
    let start = current
    switch try literal(of: attribute) {
    case .value(let value): return value
    case .span(let first, let last): return isLow ? first : last
    case .prefix: throw error(at: start, expected: "a value")
    }
  }

  private mutating func takeComma() -> Bool {
    guard current.kind == .comma else { return false }
    _ = advance()
    return true
  }

  /// A quoted value, or bare words up to the next reserved word or sign.
  private mutating func literal(of attribute: Name) throws(FilterError) -> Literal {
    let start = advance()
    var words: [String]
    var isQuoted = false
    switch start.kind {
    case .quoted(let text):
      words = [text]
      isQuoted = true
    case .word(let text) where start.keyword == nil: words = [text]
    case .star:
      return try typed("", isPrefix: true, isQuoted: true, of: attribute, at: start)
    default: throw error(at: start, expected: expectation(of: attribute))
    }
    if !isQuoted { try appendWords(to: &words) }
    var isPrefix = false
    if current.kind == .star {
      _ = advance()
      isPrefix = true
    }
    return try typed(
      words.joined(separator: " "), isPrefix: isPrefix, isQuoted: isQuoted, of: attribute,
      at: start)
  }

  private mutating func appendWords(to words: inout [String]) throws(FilterError) {
    while case .word(let text) = current.kind, current.keyword == nil {
      let token = advance()
      // `brand = Nike price < 5`: the last word was meant as an attribute.
      if case .comparison = current.kind {
        throw error(at: token, expected: "\"and\" or \"or\"")
      }
      words.append(text)
    }
  }

  private func expectation(of attribute: Name) -> String {
    switch attribute.kind {
    case .number: "a number for \(attribute.name)"
    case .boolean: "true or false for \(attribute.name)"
    case .date: "a date such as 2024-05-31 for \(attribute.name)"
    case .keyword, .text, nil: "a value for \(attribute.name)"
    }
  }

  private func typed(
    _ text: String, isPrefix: Bool, isQuoted: Bool, of attribute: Name, at token: FilterToken
  ) throws(FilterError) -> Literal {
    switch attribute.kind {
    case nil:
      if isPrefix { return .prefix(text) }
      return .value(isQuoted ? .text(text) : Filter.bareValue(text))
    case .keyword:
      return isPrefix ? .prefix(text) : .value(.text(text))
    case .text:
      throw error(
        at: token, expected: "\"exists\" alone (\(attribute.name) is free text: search its words)")
    case .number:
      if !isPrefix, let number = Double(text), number.isFinite { return .value(.number(number)) }
    case .boolean:
      if !isPrefix, let flag = ValueParsing.boolean(text) { return .value(.boolean(flag)) }
    case .date:
      if !isPrefix, let span = Timestamp.span(of: text) {
        let (first, last) = (Value.date(span.lowerBound), Value.date(span.upperBound))
        return span.count == 1 ? .value(first) : .span(first, last)
      }
    }
    throw FilterError(
      text: self.text, column: token.column, expected: expectation(of: attribute),
      found: isPrefix ? "the prefix \"\(text)*\"" : "\"\(text)\"", suggestion: nil)
  }
}

extension Attribute.Kind {
  /// Whether values of this kind can be compared with `<`.
  var isOrdered: Bool { self == .number || self == .date }
}

extension Filter {
  /// The value a bare word means where no schema says its kind. Only the exact way in which a
  /// number or time is printed counts as one, so that nothing written (`007`) is lost.
  static func bareValue(_ text: String) -> Value {
    if text == "true" || text == "false" { return .boolean(text == "true") }
    if let number = Double(text), number.isFinite, Value.text(of: number) == text {
      return .number(number)
    }
    if let span = Timestamp.span(of: text), Timestamp.text(of: span.lowerBound) == text {
      return .date(span.lowerBound)
    }
    return .text(text)
  }
}
