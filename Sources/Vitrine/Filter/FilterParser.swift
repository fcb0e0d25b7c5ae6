extension Filter {
  /// Reads a filter.
  ///
  /// ```
  /// filter     = and { "or" and }
  /// and        = not { "and" not }
  /// not        = "not" not | "(" filter ")" | "exists" attribute | "true" | "false" | condition
  /// condition  = attribute ( comparison value [ "*" ]
  ///                        | [ "not" ] "in" "(" value { "," value } ")"
  ///                        | [ "not" ] "between" value "and" value )
  /// comparison = "=" | "!=" | "<" | "<=" | ">" | ">="
  /// ```
  /// Reserved words and attribute names are read without regard to case; `true` and `false` before a
  /// comparison, `in` or `between` are attributes. A value is quoted with
  /// `"` or `'` (a backslash takes the next character as it is) or bare, and then may have several
  /// words: `category = Casual Shoes and price < 2000`. A star behind it asks for a prefix:
  /// `brand = Nik*`. A date is `2024`, `2024-05`, `2024-05-31` or `2024-05-31T12:00:00Z` (UTC); the
  /// shorter forms mean the whole year, month or day.
  ///
  /// - Parameters:
  ///   - text: the filter.
  ///   - schema: if given, names must be in it and values must fit their attribute's kind; the tree
  ///     then has the schema's spelling and kinds. Without it only the syntax is checked.
  /// - Throws: ``FilterError`` with the column, what was expected and what was found.
  /// - Complexity: O(length of the text).
  public static func parse(
    _ text: String, schema: Schema? = nil
  ) throws(FilterError) -> Filter {
    var parser = FilterParser(
      text: text, tokens: try FilterLexer.tokens(of: text), schema: schema)
    return try parser.parse()
  }

  /// The same filter with the names and kinds of a schema.
  ///
  /// - Throws: ``FilterError``; its column is that in ``description``.
  public func bound(to schema: Schema) throws(FilterError) -> Filter {
    isBound(to: schema) ? self : try Filter.parse(description, schema: schema)
  }

  /// Whether names and values are those of a schema already.
  private func isBound(to schema: Schema) -> Bool {
    func fits(_ name: String, _ values: Value...) -> Bool { fits(name, values) }
    func fits(_ name: String, _ values: [Value]) -> Bool {
      guard let kind = schema[name]?.kind else { return false }
      return values.allSatisfy { value in
        switch (kind, value) {
        case (.keyword, .text), (.boolean, .boolean), (.date, .date): true
        case (.number, .number(let number)): number.isFinite
        default: false
        }
      }
    }
    switch self {
    case .and(let parts), .or(let parts): return parts.allSatisfy { $0.isBound(to: schema) }
    case .not(let part): return part.isBound(to: schema)
    case .compare(let name, let comparison, let value):
      let isEquality = comparison == .equal || comparison == .notEqual
      return fits(name, value) && (isEquality || schema[name]?.kind.isOrdered == true)
    case .oneOf(let name, let values): return fits(name, values)
    case .between(let name, let low, let high):
      return fits(name, low, high) && schema[name]?.kind.isOrdered == true
    case .prefix(let name, _): return schema[name]?.kind == .keyword
    case .exists(let name): return schema[name] != nil
    }
  }
}

/// Recursive descent over the tokens of one filter.
struct FilterParser {
  let text: String
  let tokens: [FilterToken]
  let schema: Schema?
  private var position = 0
  private var nodes = 0

  init(text: String, tokens: [FilterToken], schema: Schema?) {
    self.text = text
    self.tokens = tokens
    self.schema = schema
  }

  mutating func parse() throws(FilterError) -> Filter {
    let filter = try disjunction(depth: 0)
    guard current.kind == .end else {
      throw error(at: current, expected: "\"and\", \"or\" or the end")
    }
    return filter
  }

  var current: FilterToken { tokens[position] }

  mutating func advance() -> FilterToken {
    defer { if position + 1 < tokens.count { position += 1 } }
    return tokens[position]
  }

  mutating func take(_ keyword: FilterLexer.Keyword) -> Bool {
    guard current.keyword == keyword else { return false }
    _ = advance()
    return true
  }

  mutating func expect(_ kind: FilterToken.Kind, _ expected: String) throws(FilterError) {
    guard current.kind == kind else { throw error(at: current, expected: expected) }
    _ = advance()
  }

  func error(
    at token: FilterToken, expected: String, suggestion: String? = nil
  ) -> FilterError {
    FilterError(
      text: text, column: token.column, expected: expected, found: token.name,
      suggestion: suggestion)
  }

  mutating func countNode() throws(FilterError) {
    nodes += 1
    guard nodes <= Filter.Limits.nodes else {
      throw error(at: current, expected: "at most \(Filter.Limits.nodes) conditions and values")
    }
  }

  private mutating func disjunction(depth: Int) throws(FilterError) -> Filter {
    var parts = [try conjunction(depth: depth)]
    while take(.or) { parts.append(try conjunction(depth: depth)) }
    return parts.count == 1 ? parts[0] : .or(parts)
  }

  private mutating func conjunction(depth: Int) throws(FilterError) -> Filter {
    var parts = [try negation(depth: depth)]
    while take(.and) { parts.append(try negation(depth: depth)) }
    return parts.count == 1 ? parts[0] : .and(parts)
  }

  private mutating func negation(depth: Int) throws(FilterError) -> Filter {
    guard depth < Filter.Limits.depth else {
      throw error(at: current, expected: "at most \(Filter.Limits.depth) levels of nesting")
    }
    if take(.not) { return .not(try negation(depth: depth + 1)) }
    if current.kind == .leftParenthesis {
      _ = advance()
      let inner = try disjunction(depth: depth + 1)
      try expect(.rightParenthesis, "\"and\", \"or\" or \")\"")
      return inner
    }
    try countNode()
    if take(.exists) { return .exists(attribute: try attribute().name) }
    if let constant = constant() { return constant }
    return try condition()
  }

  /// `true` or `false`, unless what follows makes it the name of an attribute.
  private mutating func constant() -> Filter? {
    guard case .word(let text) = current.kind,
      let flag = ["true": true, "false": false][text.lowercased()]
    else { return nil }
    let next = tokens[position + 1]
    guard
      next.kind == .end || next.kind == .rightParenthesis || next.keyword == .and
        || next.keyword == .or
    else { return nil }
    _ = advance()
    return flag ? .and([]) : .or([])
  }

  private mutating func condition() throws(FilterError) -> Filter {
    let attribute = try attribute()
    let operation = advance()
    switch operation.kind {
    case .comparison(let comparison):
      return try compare(attribute, comparison, operation)
    case _ where operation.keyword == .in:
      return try list(of: attribute)
    case _ where operation.keyword == .between:
      return try range(of: attribute)
    case _ where operation.keyword == .not && take(.in):
      return .not(try list(of: attribute))
    case _ where operation.keyword == .not && take(.between):
      return .not(try range(of: attribute))
    default:
      throw error(at: operation, expected: "a comparison, \"in\" or \"between\"")
    }
  }
}
