/// What is wrong with the text of a filter, and where.
public struct FilterError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The text that was parsed.
  public let text: String
  /// Where in the text, in characters from 1.
  public let column: Int
  /// What could have stood there.
  public let expected: String
  /// What stood there.
  public let found: String
  /// The nearest name that would have been right, if one is near.
  public let suggestion: String?

  /// One line: column, expected, found, suggestion.
  public var description: String {
    let hint = Spelling.hint(suggestion)
    return "filter, column \(column): expected \(expected), found \(found)\(hint)"
  }

  /// The text with a caret under the column, for a terminal.
  public var excerpt: String {
    let line = String(text.map { $0.isNewline ? " " : $0 })
    return "\(line)\n\(String(repeating: " ", count: max(0, column - 1)))^"
  }
}
