/// Cuts a text into folded words, the same way for products and for queries.
///
/// A word is a run of letters and digits. An apostrophe and what follows it are left to the
/// stemmer ("men's"); a hyphen joins where one side is a single letter ("t-shirt" is "tshirt"), a full
/// stop where both are ("U.S." is "us", "S.Oliver" and "3.5" are two words).
/// Ideographs and kana are words of their own, as their scripts write no spaces.
enum Tokenizer {
  /// Longer words are cut, so that a term always fits a key of the store.
  static let longestWord = 64

  /// The words in the order of the text.
  /// - Complexity: O(length).
  static func words(in text: String) -> [String] {
    var words: [String] = []
    var scan = Scan()
    for scalar in Folding.fold(text).unicodeScalars {
      switch kind(of: scalar) {
      case .word: scan.append(scalar)
      case .ideograph:
        scan.finish(&words)
        words.append(String(scalar))
      case .hyphen: scan.hyphen(&words)
      case .stop: scan.stop(&words)
      case .apostrophe: scan.apostrophe()
      case .other: scan.finish(&words)
      }
    }
    scan.finish(&words)
    return words
  }

  private enum Kind { case word, ideograph, hyphen, stop, apostrophe, other }

  private static func kind(of scalar: Unicode.Scalar) -> Kind {
    switch scalar.value {
    case 0x30...0x39, 0x61...0x7A: return .word
    case 0x2D, 0x2010, 0x2011: return .hyphen
    case 0x2E: return .stop
    case 0x27, 0x2019: return .apostrophe
    case 0...0x7F: return .other
    case 0x3040...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF:
      return .ideograph
    default:
      let properties = scalar.properties
      return properties.isAlphabetic || properties.numericType != nil ? .word : .other
    }
  }

  /// The word being read, and whether a hyphen or apostrophe is pending behind it.
  private struct Scan {
    /// Single letters with full stops behind them.
    private var initials = ""
    private var word = ""
    private var length = 0
    private var hyphenAfter: String?
    private var hasApostrophe = false

    mutating func append(_ scalar: Unicode.Scalar) {
      if hasApostrophe {
        if length < Tokenizer.longestWord { word.append("'") }
        hasApostrophe = false
      }
      if length < Tokenizer.longestWord { word.unicodeScalars.append(scalar) }
      length += 1
    }

    mutating func apostrophe() { hasApostrophe = length > 0 }

    mutating func stop(_ words: inout [String]) {
      guard isLetter, hyphenAfter == nil, initials.unicodeScalars.count < Tokenizer.longestWord - 1
      else { return finish(&words) }
      initials += word
      reset()
    }

    mutating func hyphen(_ words: inout [String]) {
      takeInitials(&words)
      joinOrFlush(&words)
      if length > 0 { hyphenAfter = word }
      reset()
    }

    mutating func finish(_ words: inout [String]) {
      takeInitials(&words)
      joinOrFlush(&words)
      if length > 0 { words.append(word) }
      reset()
    }

    private var isLetter: Bool { length == 1 && word.first?.isLetter == true }

    /// Lets initials be a word, together with the present one if that is a letter as well.
    private mutating func takeInitials(_ words: inout [String]) {
      guard !initials.isEmpty else { return }
      if isLetter {
        length += initials.unicodeScalars.count
        word = initials + word
      } else {
        words.append(initials)
      }
      initials = ""
    }

    /// Joins the part before the last hyphen with the present one, or lets it be a word.
    private mutating func joinOrFlush(_ words: inout [String]) {
      guard let before = hyphenAfter else { return }
      hyphenAfter = nil
      let joined = before.unicodeScalars.count + length
      if joined <= Tokenizer.longestWord,
        length > 0, length == 1 || before.unicodeScalars.count == 1
      {
        word = before + word
        length = joined
      } else {
        words.append(before)
      }
    }

    private mutating func reset() {
      word = ""
      length = 0
      hasApostrophe = false
    }
  }
}
