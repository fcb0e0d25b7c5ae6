import Foundation

/// Makes spellings of one word equal: case, accents and character widths are dropped.
enum Folding {
  /// The folded text.
  /// - Complexity: O(length); a text in ASCII takes a path without Foundation.
  static func fold(_ text: String) -> String {
    var isPlain = true
    for byte in text.utf8 where byte >= 0x80 || (0x41...0x5A).contains(byte) {
      isPlain = false
      if byte >= 0x80 {
        return text.folding(
          options: [.caseInsensitive, .diacriticInsensitive, .widthInsensitive], locale: nil)
      }
    }
    return isPlain ? text : text.lowercased()
  }
}
