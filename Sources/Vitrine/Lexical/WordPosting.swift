import HNSW

/// How often a term stands in one field of one product, packed into 32 bits.
///
/// From the high end: slot within its group of 4,096 (12 bits), field (8), frequency (4, at most
/// 15), length of the field in words (8: exact to 128, then 16 steps for each doubling). The order
/// of the bits makes the order of numbers that of slots and fields.
struct WordPosting {
  let bits: UInt32

  static let groupBits: Slot = 12

  init(bits: UInt32) { self.bits = bits }

  init(slot: Slot, field: Int, frequency: Int, length: Int) {
    bits =
      (slot & 0xFFF) << 20 | UInt32(min(field, 255)) << 12 | UInt32(min(frequency, 15)) << 8
      | UInt32(Self.lengthCode(length))
  }

  var slotInGroup: Slot { bits >> 20 }
  var field: Int { Int(bits >> 12 & 0xFF) }

  /// What the code of a field's length stands for.
  static let lengths: [Float] = (0..<256).map { code in
    var length = Float(min(code, 128))
    for _ in 128..<max(128, code) { length *= 1.044_273_8 }  // the 16th root of 2
    return length
  }

  private static func lengthCode(_ length: Int) -> UInt8 {
    if length <= 128 { return UInt8(max(0, length)) }
    return UInt8(lengths.lastIndex { $0 <= Float(length) } ?? 255)
  }

  /// The key of a term's postings for one group of slots.
  static func key(_ term: String, group: Slot) -> [UInt8] {
    prefix(term)
      + [16, 8, 0].map { UInt8(truncatingIfNeeded: group >> Slot($0)) }
  }

  /// What the keys of a term have in common. No word contains a NUL.
  static func prefix(_ term: String) -> [UInt8] { Array(term.utf8) + [0] }

  /// The group at the end of a key.
  static func group(of key: RawSpan) -> Slot {
    (1...3).reduce(0) { group, place in
      group << 8 | Slot(key.unsafeLoad(fromByteOffset: key.byteCount - 4 + place, as: UInt8.self))
    }
  }
}

/// A list of postings as bytes.
enum WordPostingList {
  static func decode(_ bytes: RawSpan) -> [UInt32] {
    (0..<bytes.byteCount / 4).map {
      UInt32(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self))
    }
  }

  static func encode(_ postings: [UInt32]) -> [UInt8] {
    var writer = ByteWriter()
    writer.bytes.reserveCapacity(postings.count * 4)
    for posting in postings { writer.append(fixed: posting) }
    return writer.bytes
  }
}
