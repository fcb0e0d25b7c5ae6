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
    guard (10...35).contains(text.utf8.count), text.utf8.first.map(isDigit) == true else {
      return nil
    }
    return Timestamp.span(of: text)?.lowerBound
  }

  /// A number, also one with a currency around it or signs between its thousands.
  ///
  /// Of `.` and `,` the last is the decimal sign if both are there. A sign that is there alone
  /// parts thousands if it is a `,` (or there are several) and three digits follow: `1,299` is
  /// 1299, and `1.299` and `12,99` have decimals.
  package static func number(_ text: String) -> Double? {
    if let plain = plainNumber(text) { return plain }
    var digits = amount(in: text)
    let isNegative = digits.first == "-"
    if isNegative || digits.first == "+" { digits = digits.dropFirst() }
    digits.removeAll { $0 == " " || $0 == "'" || $0 == "\u{A0}" || $0 == "\u{202F}" }
    guard let first = digits.utf8.first, isDigit(first),
      digits.utf8.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: ".") })
    else { return nil }
    guard let magnitude = grouped(digits) else { return nil }
    return isNegative ? -magnitude : magnitude
  }

  /// Whether digits are a code, such as `00123`, rather than a number.
  package static func isCode(_ text: String) -> Bool {
    let digits = text.utf8
    guard digits.count > 1, digits.allSatisfy(isDigit) else { return false }
    return digits.first == UInt8(ascii: "0") || digits.count > 15
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

  /// A number as programs write it; unlike `Double(_:)` no `nan`, `inf` or hexadecimal.
  private static func plainNumber(_ text: String) -> Double? {
    guard text.utf8.count <= 32,
      text.utf8.allSatisfy({ isDigit($0) || "+-.eE".utf8.contains($0) }),
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
