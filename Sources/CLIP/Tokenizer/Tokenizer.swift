/// CLIP's text to token ids, equal to the reference (`transformers.CLIPTokenizer`) on every string.
///
/// The text is composed (NFC) and lower-cased, cut into words, and each word's UTF-8 bytes are
/// merged into tokens of a learnt vocabulary. Safe to use from any thread.
public struct Tokenizer: Sendable {
  /// Longest sequence, with both marks.
  public let contextLength: Int
  /// The id that opens every sequence.
  public let beginning: Int32
  /// The id that closes every sequence.
  public let end: Int32

  /// No id is larger; the model's embedding table must reach it.
  let largestID: Int32
  let encoder: BytePairEncoder
  let literals: LiteralTokens
  let normalizedLiterals: LiteralTokens

  /// The ids of `text` between the two marks; what exceeds ``contextLength`` is cut off before the
  /// closing mark.
  ///
  /// - Complexity: O(n log n) in the length of the text: all of it is looked at, even what is cut
  ///   off.
  public func encode(_ text: String) -> [Int32] {
    var ids = [beginning]
    var scratch = BytePairEncoder.Scratch()
    let room = contextLength - 1
    for piece in literals.split(Array(text.unicodeScalars)[...]) where ids.count < room {
      switch piece {
      case .token(let id): ids.append(id)
      case .text(let raw): encode(raw, room: room, into: &ids, &scratch)
      }
    }
    ids.removeLast(max(0, ids.count - room))
    ids.append(end)
    return ids
  }

  private func encode(
    _ raw: ArraySlice<Unicode.Scalar>, room: Int, into ids: inout [Int32],
    _ scratch: inout BytePairEncoder.Scratch
  ) {
    let text = TextNormalizer.normalized(raw)
    for piece in normalizedLiterals.split(text[...]) where ids.count < room {
      switch piece {
      case .token(let id): ids.append(id)
      case .text(let words):
        var splitter = WordSplitter(words)
        var bytes: [UInt8] = []
        while ids.count < room, let word = splitter.next() {
          bytes.removeAll(keepingCapacity: true)
          for scalar in word { bytes.append(contentsOf: UTF8.encode(scalar) ?? .init()) }
          encoder.encode(bytes.span, into: &ids, scratch: &scratch)
        }
      }
    }
  }
}

/// Tokens that are found in the text as they are spelled, before words are cut.
struct LiteralTokens: Sendable {
  enum Piece {
    case text(ArraySlice<Unicode.Scalar>)
    case token(Int32)
  }

  /// Spellings, longest first, so that the first to match is the longest.
  private let tokens: [(spelling: [Unicode.Scalar], id: Int32)]

  init(_ tokens: [(spelling: [Unicode.Scalar], id: Int32)]) {
    self.tokens = tokens.filter { !$0.spelling.isEmpty }
      .sorted { $0.spelling.count > $1.spelling.count }
  }

  /// `text` cut at the leftmost tokens.
  func split(_ text: ArraySlice<Unicode.Scalar>) -> [Piece] {
    guard !tokens.isEmpty else { return [.text(text)] }
    var pieces: [Piece] = []
    var start = text.startIndex
    var i = start
    while i < text.endIndex {
      let match = tokens.first { text[i] == $0.spelling[0] && text[i...].starts(with: $0.spelling) }
      guard let match else {
        i += 1
        continue
      }
      if start < i { pieces.append(.text(text[start..<i])) }
      pieces.append(.token(match.id))
      i += match.spelling.count
      start = i
    }
    if start < i { pieces.append(.text(text[start..<i])) }
    return pieces
  }
}
