/// The hash FNV-1a, over bytes or over numbers as if each were one: stable over processes and
/// versions, which Swift's own hashing is not.
struct FNV {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func combine(number: UInt64) { value = (value ^ number) &* 0x100_0000_01b3 }
}
