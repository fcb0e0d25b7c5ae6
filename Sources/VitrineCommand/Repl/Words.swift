/// Splits a line into words as a shell would.
package enum Words {
  /// Blanks part words; quotes and backslashes keep them together. A quote that is never closed
  /// reaches to the end.
  package static func split(_ line: String) -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var isEscaped = false
    for character in line {
      if isEscaped {
        word = (word ?? "") + String(character)
        isEscaped = false
      } else if character == "\\", quote != "'" {
        isEscaped = true
      } else if character == quote {
        quote = nil
      } else if quote == nil, character == "\"" || character == "'" {
        quote = character
        word = word ?? ""
      } else if quote == nil, character.isWhitespace {
        if let finished = word { words.append(finished) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    if let last = word { words.append(last) }
    return words
  }

  /// Cuts a line where a sign stands outside of quotes, into `most` parts at most.
  static func parts(_ line: String, at sign: Character, most: Int = .max) -> [String] {
    var parts = [""]
    var quote: Character?
    var isEscaped = false
    for character in line {
      if character == sign, quote == nil, !isEscaped, parts.count < most {
        parts.append("")
        continue
      }
      if isEscaped {
        isEscaped = false
      } else if character == "\\", quote != "'" {
        isEscaped = true
      } else if character == quote {
        quote = nil
      } else if quote == nil, character == "\"" || character == "'" {
        quote = character
      }
      parts[parts.count - 1].append(character)
    }
    return parts
  }

  /// A word as it is to be typed: in quotes if it must be or is begun so. In a folder, whose name ends
  /// with a slash, one may go on, so that the closing quote is left out.
  static func quoted(_ word: String, like typed: String) -> String {
    let isPlain = !word.contains { $0.isWhitespace || "\"'\\".contains($0) }
    if isPlain, !typed.hasPrefix("\"") { return word }
    let escaped = word.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    return "\"\(escaped)" + (word.hasSuffix("/") ? "" : "\"")
  }
}
