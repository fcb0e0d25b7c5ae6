import Foundation

/// Makes spellings of one word equal: case, accents and character widths are dropped.
enum Folding {
  /// The folded text.
  /// - Complexity: O(length), of more than 30 accents on a letter the first ones count; a text in ASCII takes a path without Foundation.
  static func fold(_ text: String) -> String {
    var isPlain = true
    for byte in text.utf8 where byte >= 0x80 || (0x41...0x5A).contains(byte) {
      isPlain = false
      if byte >= 0x80 {
        return withoutManyAccents(text).folding(
          options: [.caseInsensitive, .diacriticInsensitive, .widthInsensitive], locale: nil)
      }
    }
    return isPlain ? text : text.lowercased()
  }

  /// No letter of any language has more than 30 (Unicode's stream-safe format, UAX 15), and to put them in
  /// order takes the square of their number.
  private static func withoutManyAccents(_ text: String) -> String {
    var kept = String.UnicodeScalarView()
    var accents = 0
    for scalar in text.unicodeScalars {
      let isAccent =
        scalar.value >= 0x300 && scalar.properties.canonicalCombiningClass != .notReordered
      accents = isAccent ? accents + 1 : 0
      if accents <= 30 { kept.append(scalar) }
    }
    return String(kept)
  }
}
