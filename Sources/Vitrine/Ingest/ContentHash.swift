/// A hash of 128 bits that tells changed content from unchanged; stored in indexes, so constant.
///
/// Two lanes that take eight bytes a step, each step a bijection of the lane: no input is lost,
/// and an accidental collision has odds of 2⁻¹²⁸. It does not withstand an attacker, who could
/// only keep a product from being updated that is his to change.
struct ContentHash {
  private var first: UInt64 = 0x9E37_79B9_7F4A_7C15
  private var second: UInt64 = 0xC2B2_AE3D_27D4_EB4F

  /// Takes bytes into account, and their number.
  mutating func combine(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { buffer in
      var offset = 0
      while offset + 8 <= buffer.count {
        step(UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
        offset += 8
      }
      var rest: UInt64 = 0
      for byte in buffer[offset...].reversed() { rest = rest << 8 | UInt64(byte) }
      step(rest)
      step(UInt64(buffer.count))
    }
  }

  /// Takes a text into account, and its length.
  mutating func combine(_ text: String) { combine(Array(text.utf8)) }

  private mutating func step(_ word: UInt64) {
    first = (first ^ word) &* 0xFF51_AFD7_ED55_8CCD
    first ^= first >> 32
    second = (second &+ word) &* 0xC4CE_B9FE_1A85_EC53
    second ^= second >> 29
  }

  /// The sixteen bytes of the hash.
  var bytes: [UInt8] {
    var end = self
    end.step(first)
    end.step(second)
    return [end.first, end.second].flatMap { lane in
      (0..<8).map { UInt8(truncatingIfNeeded: lane >> ($0 * 8)) }
    }
  }
}

/// What the index remembers of the content a product was made of.
struct ContentRecord: Equatable {
  /// Hash of what was embedded: the photograph's bytes, or the words that stood in for it.
  let source: [UInt8]
  /// Hash of the id, the image path and the attributes.
  let metadata: [UInt8]

  /// The record of a product, with what is known of its metadata or else from it.
  init(source: [UInt8], metadata: [UInt8]? = nil, product: Product) {
    self.source = source
    self.metadata = metadata ?? Self.hash(ofMetadata: product)
  }

  private static func hash(ofMetadata product: Product) -> [UInt8] {
    var hash = ContentHash()
    hash.combine(product.id)
    hash.combine(product.image ?? "")
    for (name, value) in product.attributes.sorted(by: { $0.key < $1.key }) {
      hash.combine(name)
      switch value {
      case .list(let items):
        hash.combine("list \(items.count)")
        for item in items { hash.combine(item) }
      case .text(let text): hash.combine("text" + text)
      case .number(let number): hash.combine("number \(number)")
      case .boolean(let flag): hash.combine("boolean \(flag)")
      case .date(let seconds): hash.combine("date \(seconds)")
      }
    }
    return hash.bytes
  }

  /// The record as stored; nil for one that this version did not write.
  init?(stored: [UInt8]) {
    guard stored.count == 32 else { return nil }
    source = Array(stored[..<16])
    metadata = Array(stored[16...])
  }

  /// The record as it is stored.
  var bytes: [UInt8] { source + metadata }

  /// The hash of a photograph.
  static func hash(ofImage bytes: [UInt8]) -> [UInt8] {
    var hash = ContentHash()
    hash.combine(bytes)
    return hash.bytes
  }

  /// The hash of words that are embedded in place of a photograph.
  static func hash(ofText text: String) -> [UInt8] {
    var hash = ContentHash()
    hash.combine("words")
    hash.combine(text)
    return hash.bytes
  }
}
