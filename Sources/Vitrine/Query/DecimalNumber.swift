/// The digits of a decimal number: `digits · 10^exponent`.
struct DecimalNumber {
  var isNegative = false
  /// The number that the digits make without a point, if they are no more than 19.
  private(set) var digits: UInt64 = 0
  /// How many digits there are.
  private(set) var count = 0
  var exponent = 0
  /// How many bytes the number is written with.
  var length = 0

  mutating func append(_ digit: UInt64) {
    digits = digits &* 10 &+ digit
    count += 1
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
