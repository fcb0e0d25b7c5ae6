/// Cuts normalised text into words as CLIP's pattern does:
/// `<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+`.
/// White space separates; nothing else is lost.
struct WordSplitter {
  private let text: ArraySlice<Unicode.Scalar>
  private var position: Int
  /// End of a spelled-out mark that is being cut: its brackets and its letters are words, and the
  /// closing bracket does not run on into what follows.
  private var barrier: Int

  init(_ text: ArraySlice<Unicode.Scalar>) {
    self.text = text
    position = text.startIndex
    barrier = text.endIndex
  }

  /// The next word, or `nil` at the end.
  mutating func next() -> ArraySlice<Unicode.Scalar>? {
    if position >= barrier { barrier = text.endIndex }
    while position < text.endIndex, TextNormalizer.kind(text[position]) == .space { position += 1 }
    guard position < text.endIndex else { return nil }
    if text[position] == "<", let mark = Self.marks.first(where: text[position...].starts) {
      barrier = position + mark.count
    }
    let start = position
    position = end(from: start)
    return text[start..<position]
  }

  private func end(from start: Int) -> Int {
    if text[start] == "'", let suffix = Self.suffixes.first(where: text[start..<barrier].starts) {
      return start + suffix.count
    }
    let kind = TextNormalizer.kind(text[start])
    var end = start + 1
    guard kind != .digit else { return end }
    while end < barrier, TextNormalizer.kind(text[end]) == kind { end += 1 }
    return end
  }

  private static let marks = ["<|startoftext|>", "<|endoftext|>"].map { Array($0.unicodeScalars) }
  private static let suffixes = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"].map {
    Array($0.unicodeScalars)
  }
}
