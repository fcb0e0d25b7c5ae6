extension UInt8 {
  /// Whether the byte is a decimal digit of ASCII.
  var isDigit: Bool { (48...57).contains(self) }
}

extension ArraySlice<UInt8> {
  /// Whether the bytes are a number by the grammar of JSON, which has no `01`, `1.` and `+1`.
  var isJSONNumber: Bool {
    var rest = self
    if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
    let whole = rest.prefix(while: \.isDigit)
    guard whole.count == 1 || whole.first != UInt8(ascii: "0") else { return false }
    guard rest.takeDigits() else { return false }
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      guard rest.takeDigits() else { return false }
    }
    if let sign = rest.first, "eE".utf8.contains(sign) {
      rest = rest.dropFirst()
      if let sign = rest.first, "+-".utf8.contains(sign) { rest = rest.dropFirst() }
      guard rest.takeDigits() else { return false }
    }
    return rest.isEmpty
  }

  /// Drops the digits at the beginning; false if there are none.
  private mutating func takeDigits() -> Bool {
    let rest = drop(while: \.isDigit)
    defer { self = rest }
    return rest.count < count
  }
}
