/// A token of the filter grammar, with its column in characters from 1.
struct FilterToken: Equatable {
  enum Kind: Equatable {
    case word(String)
    case quoted(String)
    case comparison(Filter.Comparison)
    case leftParenthesis, rightParenthesis, comma, star, end
  }
  let kind: Kind
  let column: Int

  /// The token as it is named in a message.
  var name: String {
    switch kind {
    case .word(let text), .quoted(let text): "\"\(text)\""
    case .comparison(let comparison): "\"\(comparison.rawValue)\""
    case .leftParenthesis: "\"(\""
    case .rightParenthesis: "\")\""
    case .comma: "\",\""
    case .star: "\"*\""
    case .end: "the end"
    }
  }

  /// The reserved word this token is, if it is one written without quotes.
  var keyword: FilterLexer.Keyword? {
    guard case .word(let text) = kind else { return nil }
    return FilterLexer.Keyword(rawValue: text.lowercased())
  }
}

/// Cuts the text of a filter into tokens.
struct FilterLexer {
  /// Words with a meaning of their own; quoted, they are values.
  enum Keyword: String { case and, or, not, `in`, between, exists }

  private let text: String
  private let characters: [Character]
  private var position = 0

  /// All tokens of a text, the last one being `.end`.
  static func tokens(of text: String) throws(FilterError) -> [FilterToken] {
    var lexer = FilterLexer(text: text, characters: Array(text))
    var tokens: [FilterToken] = []
    repeat { tokens.append(try lexer.next()) } while tokens.last?.kind != .end
    return tokens
  }

  /// Whether the text, unquoted, reads back as one word that is itself.
  static func isBareWord(_ text: String) -> Bool {
    let characters = Array(text)
    guard let first = characters.first, first != "\"", first != "'", characters.last != "*" else {
      return false
    }
    return characters.allSatisfy(isWordCharacter) && Keyword(rawValue: text.lowercased()) == nil
  }

  private init(text: String, characters: [Character]) {
    self.text = text
    self.characters = characters
  }

  private static func isWordCharacter(_ character: Character) -> Bool {
    !character.isWhitespace && !"(),=<>!".contains(character)
  }

  private mutating func next() throws(FilterError) -> FilterToken {
    while position < characters.count, characters[position].isWhitespace { position += 1 }
    let column = position + 1
    guard position < characters.count else { return FilterToken(kind: .end, column: column) }
    switch characters[position] {
    case "(": return single(.leftParenthesis)
    case ")": return single(.rightParenthesis)
    case ",": return single(.comma)
    case "=", "<", ">", "!": return FilterToken(kind: try comparison(), column: column)
    case "\"", "'": return FilterToken(kind: try quoted(), column: column)
    case "*" where tokenEndsHere(after: position): return single(.star)
    default: return FilterToken(kind: word(), column: column)
    }
  }

  private func tokenEndsHere(after index: Int) -> Bool {
    index + 1 == characters.count || !Self.isWordCharacter(characters[index + 1])
  }

  private mutating func single(_ kind: FilterToken.Kind) -> FilterToken {
    position += 1
    return FilterToken(kind: kind, column: position)
  }

  private mutating func comparison() throws(FilterError) -> FilterToken.Kind {
    let start = position
    while position < characters.count, "=<>!".contains(characters[position]) { position += 1 }
    let symbol = String(characters[start..<position])
    guard let comparison = Filter.Comparison(rawValue: symbol) else {
      throw FilterError(
        text: text, column: start + 1, expected: "one of = != < <= > >=", found: "\"\(symbol)\"",
        suggestion: ["==": "=", "<>": "!=", "=<": "<=", "=>": ">=", "!": "not"][symbol])
    }
    return .comparison(comparison)
  }

  /// A quoted text; a backslash takes the next character as it is.
  private mutating func quoted() throws(FilterError) -> FilterToken.Kind {
    let start = position
    let quote = characters[position]
    var value = ""
    position += 1
    while position < characters.count, characters[position] != quote {
      if characters[position] == "\\", position + 1 < characters.count { position += 1 }
      value.append(characters[position])
      position += 1
    }
    guard position < characters.count else {
      throw FilterError(
        text: text, column: start + 1, expected: "a closing \(quote)", found: "the end",
        suggestion: nil)
    }
    position += 1
    return .quoted(value)
  }

  /// A bare word; a star at its end is a token of its own.
  private mutating func word() -> FilterToken.Kind {
    let start = position
    while position < characters.count, Self.isWordCharacter(characters[position]) {
      if characters[position] == "*", tokenEndsHere(after: position), position > start { break }
      position += 1
    }
    return .word(String(characters[start..<position]))
  }
}
