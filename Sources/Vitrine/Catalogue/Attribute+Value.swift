/// A value that is not of its attribute's kind.
struct KindMismatch: Error {
  let expected: String
  let found: String
}

extension Attribute {
  /// The value that a cell or member means for this attribute; nil if it means there is none.
  ///
  /// Blanks at the ends of texts are dropped, as are ``ValueParsing/missing`` signs.
  func value(of raw: RawValue) throws(KindMismatch) -> Value? {
    switch (kind, raw) {
    case (_, .list(let items)): return try list(items)
    case (.boolean, .boolean(let flag)): return .boolean(flag)
    case (_, .boolean(let flag)): return try value(text: flag ? "true" : "false")
    case (_, .number(let text)), (_, .text(let text)): return try value(text: text.trimmed)
    }
  }

  /// The same value as this attribute would have it, for values that come typed already.
  func value(of value: Value) throws(KindMismatch) -> Value? {
    switch (kind, value) {
    case (.number, .number(let number)) where number.isFinite: value
    case (.boolean, .boolean), (.date, .date): value
    case (_, .list(let items)): try list(items)
    case (_, let single): try self.value(text: (single.label ?? "").trimmed)
    }
  }

  private func value(text: String) throws(KindMismatch) -> Value? {
    if text.isEmpty || ValueParsing.missing.contains(text) { return nil }
    switch kind {
    case .number: if let number = ValueParsing.number(text) { return .number(number) }
    case .boolean: if let flag = ValueParsing.boolean(text) { return .boolean(flag) }
    case .date: if let date = ValueParsing.date(text) { return .date(date) }
    case .keyword, .text:
      guard isMultiValued else { return .text(text) }
      guard let separator, text.contains(separator) else { return .list([text]) }
      return try list(text.split(separator: separator).map(String.init))
    }
    throw KindMismatch(expected: expectation, found: text)
  }

  private func list(_ items: [String]) throws(KindMismatch) -> Value? {
    let items = items.map(\.trimmed).filter {
      !$0.isEmpty && !ValueParsing.missing.contains($0)
    }
    if items.isEmpty { return nil }
    if isMultiValued { return .list(items) }
    switch kind {
    case .keyword, .text: return .text(items.joined(separator: ", "))
    case .number, .boolean, .date:
      if items.count == 1 { return try value(text: items[0]) }
      throw KindMismatch(expected: expectation, found: "\(items.count) values")
    }
  }

  private var expectation: String {
    switch kind {
    case .number: "a number"
    case .boolean: "true or false"
    case .date: "a date such as 2024-05-31"
    case .keyword, .text: "a text"
    }
  }
}
