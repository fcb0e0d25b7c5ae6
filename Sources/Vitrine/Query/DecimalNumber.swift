/// The digits of a decimal number: `digits · 10^exponent`.
struct DecimalNumber {
  private(set) var isNegative = false
  /// The number that the digits make without a point, if they are no more than 19.
  private(set) var digits: UInt64 = 0
  /// How many digits there are.
  private(set) var count = 0
  private(set) var exponent = 0
  /// How many bytes the number is written with.
  private(set) var length = 0

  /// The number that begins at `start` as JSON writes it, `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`;
  /// nil if there is none, or its exponent has more than three digits.
  init?(json bytes: Span<UInt8>, from start: Int) {
    var place = start
    isNegative = bytes.has("-", at: place)
    if isNegative { place += 1 }
    let first = place
    count = bytes.takeDigits(at: &place, into: &digits)
    guard count > 0, count == 1 || !bytes.has("0", at: first) else { return nil }
    if bytes.has(".", at: place) {
      place += 1
      exponent = -bytes.takeDigits(at: &place, into: &digits)
      guard exponent < 0 else { return nil }
      count -= exponent
    }
    if bytes.has("e", at: place) || bytes.has("E", at: place) {
      place += 1
      let isDown = bytes.has("-", at: place)
      if isDown || bytes.has("+", at: place) { place += 1 }
      var power: UInt64 = 0
      guard (1...3).contains(bytes.takeDigits(at: &place, into: &power)) else { return nil }
      exponent += isDown ? -Int(power) : Int(power)
    }
    length = place - start
  }

  private static let powers: [Double] = (0...22).reduce(into: []) { powers, _ in
    powers.append((powers.last ?? 0.1) * 10)
  }

  /// The nearest number of 32 bits; nil where that takes more than two roundings of 64 bits.
  ///
  /// Digits and powers of ten so small are exact or off by half a unit of 64 bits, and so is their
  /// product or quotient. Only next to the middle of two numbers of 32 bits can that mislead.
  var nearestFloat: Float? {
    guard count <= 19, abs(exponent) <= 22 else { return nil }
    let whole = Double(digits)
    let value =
      exponent < 0 ? whole / Self.powers[-exponent] : whole * Self.powers[exponent]
    let belowFloat = value.bitPattern & 0x1FFF_FFFF
    guard belowFloat < 0x0FFF_FFFC || belowFloat > 0x1000_0004 else { return nil }
    guard value == 0 || value.magnitude >= 1e-30, value.magnitude <= 1e30 else { return nil }
    return isNegative ? -Float(value) : Float(value)
  }
}

extension Span<UInt8> {
  fileprivate func has(_ sign: Unicode.Scalar, at place: Int) -> Bool {
    place < count && self[place] == UInt8(ascii: sign)
  }

  /// Appends digits to a number; returns how many there were.
  fileprivate func takeDigits(at place: inout Int, into number: inout UInt64) -> Int {
    let start = place
    while place < count, self[place] &- 0x30 < 10 {
      number = number &* 10 &+ UInt64(self[place] &- 0x30)
      place += 1
    }
    return place - start
  }
}
