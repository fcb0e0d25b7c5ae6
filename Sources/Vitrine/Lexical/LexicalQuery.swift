/// The words of a search: what to look for, what must stand there exactly, what must not.
///
/// `light "running shoe" -kids`: a phrase in quotes must occur word by word in one value of a field; a
/// word or phrase behind a minus must not occur. The words of phrases count for the score as well.
public struct LexicalQuery: Hashable, Sendable {
  /// The words to look for, folded, in order.
  public var words: [String] = []
  /// Phrases that must occur, as folded words.
  public var phrases: [[String]] = []
  /// Words and phrases that must not occur.
  public var excluded: [[String]] = []
  /// Whether the last word may be the beginning of one: it is still being typed.
  public var lastIsPrefix = false
  /// The text without its exclusions and quotes: what a model of looks is to read.
  public var spoken = ""

  /// Reads a search text; every text is a search.
  public init(_ text: String) {
    var rest = Substring(text)
    var spoken: [String] = []
    while !rest.isEmpty {
      let isFirst = rest.startIndex == text.startIndex
      let isAfterSpace = isFirst || text[text.index(before: rest.startIndex)].isWhitespace
      let isExcluded = rest.first == "-" && isAfterSpace
      var body = isExcluded ? rest.dropFirst() : rest
      let isQuoted = body.first == "\""
      if isQuoted { body = body.dropFirst() }
      let end = body.firstIndex { isQuoted ? $0 == "\"" : $0.isWhitespace || $0 == "\"" }
      let part = body[..<(end ?? body.endIndex)]
      rest = body[part.endIndex...]
      if isQuoted || (!isQuoted && rest.first?.isWhitespace == true) { rest = rest.dropFirst() }
      let found = Tokenizer.words(in: String(part))
      if isExcluded, !part.isEmpty {
        // Signs alone are in no product's words.
        if !found.isEmpty { excluded.append(found) }
        continue
      }
      if !part.isEmpty { spoken.append(String(part)) }
      words += found
      if isQuoted, !found.isEmpty { phrases.append(found) }
      lastIsPrefix = !isQuoted && end == nil && !found.isEmpty
    }
    self.spoken = spoken.joined(separator: " ")
  }

  /// Joins another text to this one.
  mutating func append(_ other: LexicalQuery) {
    words += other.words
    phrases += other.phrases
    excluded += other.excluded
    lastIsPrefix = other.lastIsPrefix
    spoken = [spoken, other.spoken].filter { !$0.isEmpty }.joined(separator: " ")
  }

  /// Whether nothing is looked for, asked for or excluded.
  public var isEmpty: Bool { words.isEmpty && excluded.isEmpty }
}
