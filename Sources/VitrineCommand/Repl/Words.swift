/// Splits a line into words as a shell would.
package enum Words {
  /// What a character of a line is.
  private enum Role { case sign, opening, text }

  /// Where in a line one is: within quotes, or behind a backslash.
  private struct Quoting {
    private var quote: Character?
    private var isEscaped = false

    var isOutside: Bool { quote == nil && !isEscaped }

    /// Goes past a character: a sign of quoting, one that opens a quote, or a part of the text.
    mutating func pass(_ character: Character) -> Role {
      if isEscaped {
        isEscaped = false
        return .text
      }
      if character == "\\", quote != "'" {
        isEscaped = true
        return .sign
      }
      if character == quote {
        quote = nil
        return .sign
      }
      guard quote == nil, character == "\"" || character == "'" else { return .text }
      quote = character
      return .opening
    }
  }

  /// Blanks part words; quotes and backslashes keep them together. A quote that is never closed
  /// reaches to the end.
  package static func split(_ line: String) -> [String] {
    var words: [String] = []
    var word: String?
    var quoting = Quoting()
    for character in line {
      if quoting.isOutside, character.isWhitespace {
        if let finished = word { words.append(finished) }
        word = nil
        continue
      }
      switch quoting.pass(character) {
      case .sign: break
      case .opening: word = word ?? ""
      case .text: word = (word ?? "") + String(character)
      }
    }
    if let last = word { words.append(last) }
    return words
  }

  /// Cuts a line where a sign stands outside of quotes, into `most` parts at most.
  static func parts(_ line: String, at sign: Character, most: Int = .max) -> [String] {
    var parts = [""]
    var quoting = Quoting()
    for character in line {
      if quoting.isOutside, character == sign, parts.count < most {
        parts.append("")
        continue
      }
      _ = quoting.pass(character)
      parts[parts.count - 1].append(character)
    }
    return parts
  }

  /// A word as it is to be typed: in quotes if it must be or is begun so. In a folder, whose name ends
  /// with a slash, one may go on, so that the closing quote is left out.
  static func quoted(_ word: String, like typed: String) -> String {
    if isPlain(word), !typed.hasPrefix("\"") { return word }
    return "\"\(escaped(word))" + (word.hasSuffix("/") ? "" : "\"")
  }

  /// A word in quotes if it must be, so that it is read back as it is.
  ///
  /// - Parameter signs: what parts words as blanks do.
  static func quoted(_ word: String, always: Bool = false, beside signs: String) -> String {
    let isOne = isPlain(word) && !word.isEmpty && !word.contains { signs.contains($0) }
    if isOne, !always { return word }
    return "\"\(escaped(word))\""
  }

  private static func isPlain(_ word: String) -> Bool {
    !word.contains { $0.isWhitespace || "\"'\\".contains($0) }
  }

  private static func escaped(_ word: String) -> String {
    word.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
  }
}
