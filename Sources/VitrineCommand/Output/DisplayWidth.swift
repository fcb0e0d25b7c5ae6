import Vitrine

/// How many columns of a terminal text fills, and how to make it fit.
package enum DisplayWidth {
  /// The columns of a text without escape codes: 0 for combining marks, 2 for wide characters.
  package static func of(_ text: some StringProtocol) -> Int {
    text.reduce(0) { $0 + width(of: $1) }
  }

  /// The text without control characters, cut to so many columns with `…` where it is longer.
  package static func fit(_ text: String, in columns: Int) -> String {
    let clean = text.printable
    guard of(clean) > columns else { return clean }
    guard columns > 1 else { return columns == 1 ? "…" : "" }
    var kept = ""
    var used = 0
    for character in clean {
      used += width(of: character)
      guard used < columns else { break }
      kept.append(character)
    }
    while kept.hasSuffix(" ") { kept.removeLast() }
    return kept + "…"
  }

  /// The text in lines of at most so many columns, broken between words; one line if nil.
  package static func wrapped(_ text: String, width: Int?) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.printable.split(separator: " ").flatMap({ pieces($0, width: width) }) {
      if let width, !line.isEmpty, of(line) + 1 + of(word) > width {
        lines.append(line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    return lines + [line]
  }

  /// A word in pieces that are no wider than a line.
  private static func pieces(_ word: Substring, width: Int?) -> [Substring] {
    guard let width, width > 1, of(word) > width else { return [word] }
    var pieces: [Substring] = []
    var (start, used) = (word.startIndex, 0)
    for index in word.indices {
      let wide = self.width(of: word[index])
      if used + wide > width {
        pieces.append(word[start..<index])
        (start, used) = (index, 0)
      }
      used += wide
    }
    return pieces + [word[start...]]
  }

  private static func width(of character: Character) -> Int {
    guard let first = character.unicodeScalars.first else { return 0 }
    if first.value < 0x300 { return 1 }
    switch first.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    if first.properties.isEmojiPresentation { return 2 }
    if character.unicodeScalars.contains("\u{FE0F}") { return 2 }
    switch first.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
      0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }
}
