import Foundation

/// Prepares text as the reference tokenizer does: canonical composition (NFC), white space to
/// blanks, lower case; and tells letters, digits and white space apart with its Unicode tables.
enum TextNormalizer {
  /// Composed and lower-cased scalars. White space keeps its length: where words end is all that
  /// matters of it.
  static func normalized(_ scalars: ArraySlice<Unicode.Scalar>) -> [Unicode.Scalar] {
    // Nothing below U+0300 composes with anything.
    let composed = scalars.contains { $0.value >= 0x300 } ? composed(scalars) : Array(scalars)
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(composed.count)
    for scalar in composed {
      if scalar.value < 0x80 {
        let isUpper = scalar.value &- 0x41 < 26
        result.append(isUpper ? Unicode.Scalar(UInt8(scalar.value + 32)) : scalar)
      } else {
        result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
      }
    }
    return result
  }

  /// NFC with the reference's Unicode 9 tables: later scalars neither compose nor reorder.
  private static func composed(_ scalars: ArraySlice<Unicode.Scalar>) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    var run = String.UnicodeScalarView()
    var marks = 0
    func flush() {
      // Composing alone leaves a precomposed Hangul syllable and a following consonant apart.
      let text = String(run).decomposedStringWithCanonicalMapping
      result += text.precomposedStringWithCanonicalMapping.unicodeScalars
      run = .init()
      marks = 0
    }
    for scalar in scalars {
      guard isKnown(scalar, version: 9), !hangulNeighbors.contains(scalar.value) else {
        flush()
        result.append(scalar)
        continue
      }
      let isAlone = isMistakenForAnother(scalar)
      // Marks are put in order, which takes the square of their number; no letter has more than 30.
      marks = scalar.properties.canonicalCombiningClass == .notReordered ? 0 : marks + 1
      if isAlone || marks > 30 { flush() }
      run.append(scalar)
      if isAlone { flush() }
    }
    flush()
    return result
  }

  /// Letters just outside the ranges of conjoining Hangul. They compose with nothing, but Swift's
  /// composition counts them in (U+1113 with a vowel becomes U+FFFD).
  private static let hangulNeighbors: Set<UInt32> = [0x1113, 0x1176, 0x11a7, 0x11c3]

  /// Swift's composition looks a supplementary scalar up by its low 16 bits, so that the tag
  /// U+E0041 and an acute accent become Á. Of their blocks, two hold scalars that do decompose or
  /// compose.
  private static func isMistakenForAnother(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value >= 0x10000 && !(0x11000..<0x12000).contains(scalar.value)
      && !(0x1d100..<0x1d200).contains(scalar.value)
      && scalar.properties.canonicalCombiningClass == .notReordered
  }

  /// What the word pattern distinguishes.
  enum Kind { case letter, digit, space, other }

  static func kind(_ scalar: Unicode.Scalar) -> Kind {
    if scalar.value < 0x80 { return asciiKinds[Int(scalar.value)] }
    return unicodeKind(scalar)
  }

  private static let asciiKinds = (0..<0x80).map { unicodeKind(Unicode.Scalar(UInt8($0))) }

  /// By the general category in Unicode 16, the version of the reference's tables.
  private static func unicodeKind(_ scalar: Unicode.Scalar) -> Kind {
    let properties = scalar.properties
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      return isKnown(scalar, version: 16) ? .letter : .other
    case .decimalNumber, .letterNumber, .otherNumber:
      return isKnown(scalar, version: 16) ? .digit : .other
    default:
      return properties.isWhitespace ? .space : .other
    }
  }

  private static func isKnown(_ scalar: Unicode.Scalar, version: Int) -> Bool {
    scalar.value < 0x300 || (scalar.properties.age?.major ?? .max) <= version
  }
}
