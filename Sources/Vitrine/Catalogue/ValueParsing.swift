/// How the text of a cell is understood as a number, a boolean, a date or nothing.
package enum ValueParsing {
  /// What stands for "no value" in exports of other programs, besides an empty cell.
  static let missing: Set<String> = ["NA", "N/A", "n/a", "NULL", "null", "NaN", "nan", "#N/A"]

  /// `true`, `false`, `yes` or `no` in any case.
  package static func boolean(_ text: String) -> Bool? {
    guard text.utf8.count <= 5 else { return nil }
    switch text.lowercased() {
    case "true", "yes": return true
    case "false", "no": return false
    default: return nil
    }
  }

  /// The first second of a date, or the second of a time; at least a day must be written.
  package static func date(_ text: String) -> Int64? {
    guard (10...35).contains(text.utf8.count), text.utf8.first?.isDigit == true else {
      return nil
    }
    return Timestamp.span(of: text)?.lowerBound
  }

  /// A number, also one with a currency around it or signs between its thousands.
  ///
  /// Of `.` and `,` the last is the decimal sign if both are there. A sign that is there alone
  /// parts thousands if it is a `,` (or there are several) and three digits follow: `1,299` is
  /// 1299, and `1.299` and `12,99` have decimals. Blanks and `'` part thousands only: `1 299,50` is
  /// 1299.5, and the sizes `38 41` and the height `5'11` are no numbers.
  package static func number(_ text: String) -> Double? {
    if let plain = plainNumber(text) { return plain }
    var digits = amount(in: text)
    let isNegative = digits.first == "-"
    if isNegative || digits.first == "+" { digits = digits.dropFirst() }
    if let sign = digits.first(where: { thousandsSigns.contains($0) }) {
      return spaced(digits, by: sign).map { isNegative ? -$0 : $0 }
    }
    guard let first = digits.utf8.first, first.isDigit,
      digits.utf8.allSatisfy({ $0.isDigit || $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: ".") })
    else { return nil }
    guard let magnitude = grouped(digits) else { return nil }
    return isNegative ? -magnitude : magnitude
  }

  /// Blanks, also thin ones and such as do not break the line, and the apostrophe.
  private static let thousandsSigns: Set<Character> = [
    " ", "'", "\u{A0}", "\u{2009}", "\u{202F}",
  ]

  /// Whether a cell is a code, such as `00123` or `10E4`, rather than a number. Who means a number
  /// by an exponent writes a sign or a point, as in `1e+05` and `1.0E5`.
  package static func isCode(_ text: String) -> Bool {
    let signs = text.utf8
    guard let first = signs.first, first.isDigit else { return isTooLong(text) }
    guard let other = signs.firstIndex(where: { !$0.isDigit }) else {
      return signs.count > 1 && first == UInt8(ascii: "0") || isTooLong(text)
    }
    let exponent = signs[other...].dropFirst()
    return "eE".utf8.contains(signs[other]) && !exponent.isEmpty && exponent.allSatisfy(\.isDigit)
  }

  /// Whether a text is a whole number of more digits than a number keeps, so that it is a code.
  static func isTooLong(_ text: String) -> Bool {
    guard text.utf8.count > 15 else { return false }
    let digits = text.utf8.drop { $0 == UInt8(ascii: "-") }
    return digits.count > 15 && digits.allSatisfy(\.isDigit)
  }

  /// A number as programs write it; unlike `Double(_:)` no `nan`, `inf` or hexadecimal.
  static func plainNumber(_ text: String) -> Double? {
    guard text.utf8.count <= 32,
      text.utf8.allSatisfy({ $0.isDigit || "+-.eE".utf8.contains($0) }),
      let number = Double(text), number.isFinite
    else { return nil }
    return number
  }

  /// The text without a currency before or after it.
  private static func amount(in text: String) -> Substring {
    var rest = text[...]
    let codes = ["USD", "EUR", "GBP", "INR", "JPY", "CNY", "CHF", "Rs.", "Rs", "kr", "zł"]
    if let code = codes.first(where: rest.hasPrefix) {
      rest = rest.dropFirst(code.count)
    } else if let code = codes.first(where: rest.hasSuffix) {
      rest = rest.dropLast(code.count)
    } else if rest.first?.isCurrencySymbol == true {
      rest = rest.dropFirst()
    } else if rest.last?.isCurrencySymbol == true {
      rest = rest.dropLast()
    }
    while rest.first?.isWhitespace == true { rest = rest.dropFirst() }
    while rest.last?.isWhitespace == true { rest = rest.dropLast() }
    return rest
  }

  /// Digits in groups of three after the first, with one sign between them and decimals after a
  /// `,` or `.`.
  private static func spaced(_ digits: Substring, by sign: Character) -> Double? {
    let end = digits.firstIndex { $0 == "," || $0 == "." } ?? digits.endIndex
    let fraction = digits[end...].dropFirst()
    let groups = digits[..<end].split(separator: sign, omittingEmptySubsequences: false)
    guard let first = groups.first, (1...3).contains(first.utf8.count), first.first != "0",
      groups.dropFirst().allSatisfy({ $0.utf8.count == 3 }),
      (groups + [fraction]).allSatisfy({ $0.utf8.allSatisfy(\.isDigit) })
    else { return nil }
    let number = Double(groups.joined() + (fraction.isEmpty ? "" : ".\(fraction)"))
    return number.flatMap { $0.isFinite ? $0 : nil }
  }

  /// Digits with `,` and `.` among them.
  private static func grouped(_ digits: Substring) -> Double? {
    let signs = digits.filter { $0 == "," || $0 == "." }
    var decimal: Character?
    if let last = signs.last, let point = digits.lastIndex(of: last) {
      let isMixed = signs.contains { $0 != last }
      let isAlone = signs.count == 1 && (last == "." || digits[point...].count != 4)
      decimal = isMixed || isAlone ? last : nil
    }
    var whole = digits
    var fraction: Substring = ""
    if let decimal, let point = digits.lastIndex(of: decimal) {
      whole = digits[..<point]
      fraction = digits[point...].dropFirst()
      guard !whole.contains(decimal) else { return nil }
    }
    let groups = whole.split(omittingEmptySubsequences: false) { $0 == "," || $0 == "." }
    guard groups.count == 1 || groups.last?.count == 3,
      groups.dropFirst().allSatisfy({ (2...3).contains($0.count) })
    else { return nil }
    let number = Double(groups.joined() + (fraction.isEmpty ? "" : ".\(fraction)"))
    return number.flatMap { $0.isFinite ? $0 : nil }
  }
}

extension StringProtocol {
  /// The text without white space at its ends.
  package var trimmed: String {
    // Nearly all cells begin and end with a visible sign: look at them before characters.
    if let first = unicodeScalars.first, let last = unicodeScalars.last,
      (33...126).contains(first.value), (33...126).contains(last.value)
    {
      return String(self)
    }
    guard let first = firstIndex(where: { !$0.isWhitespace }),
      let last = lastIndex(where: { !$0.isWhitespace })
    else { return "" }
    return String(self[first...last])
  }
}
