/// Random numbers that follow from a seed, equal on every machine: SplitMix64 (Steele, Lea and
/// Flood, 2014). Levels and rotations of stored indexes are made of them, so it never changes.
package struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= Self.step
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// The number at a position, from 0, of those that a seed gives.
  static func number(_ position: UInt64, seed: UInt64) -> UInt64 {
    var generator = SplitMix64(seed: seed &+ position &* step)
    return generator.next()
  }

  /// The golden ratio's fraction, as 64 bits of it.
  private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15
}
