import Kernels

/// Appends numbers and texts to bytes; ``ByteReader`` is its inverse.
struct ByteWriter {
  var bytes: [UInt8] = []

  mutating func append(_ byte: UInt8) { bytes.append(byte) }

  mutating func append(varint value: Int) {
    var rest = UInt64(value)
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func append(fixed value: some FixedWidthInteger) {
    for shift in stride(from: 0, to: value.bitWidth, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  /// The bytes with their checksum (CRC-32C, 4 bytes) in front.
  var sealed: [UInt8] {
    var writer = ByteWriter()
    writer.append(fixed: bytes.withUnsafeBytes { Kernels.checksum($0) })
    return writer.bytes + bytes
  }

  mutating func append(_ text: String) {
    append(varint: text.utf8.count)
    bytes += text.utf8
  }
}

extension [Float] {
  /// The numbers as a file of vectors has them.
  package var littleEndianBytes: [UInt8] {
    var writer = ByteWriter()
    for number in self { writer.append(fixed: number.bitPattern) }
    return writer.bytes
  }
}

/// Reads what ``ByteWriter`` wrote. Every read is checked: damaged bytes give nil, never a trap.
struct ByteReader: ~Escapable {
  private let span: RawSpan
  private var position = 0

  @_lifetime(copy span)
  init(_ span: RawSpan) { self.span = span }

  var remaining: Int { span.byteCount - position }
  var isAtEnd: Bool { position >= span.byteCount }

  /// Reads the checksum of what follows; false if it is not right.
  mutating func unseal() -> Bool {
    guard let checksum = fixed32() else { return false }
    return checksum == rest.withUnsafeBytes { Kernels.checksum($0) }
  }

  /// What has not been read yet.
  var rest: RawSpan {
    @_lifetime(copy self) get { span.extracting(position..<span.byteCount) }
  }

  mutating func byte() -> UInt8? {
    guard position < span.byteCount else { return nil }
    defer { position += 1 }
    return span.unsafeLoad(fromByteOffset: position, as: UInt8.self)
  }

  mutating func varint() -> Int? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while shift < 63, let next = byte() {
      value |= UInt64(next & 0x7F) << shift
      if next < 0x80 { return Int(value) }
      shift += 7
    }
    return nil
  }

  mutating func fixed32() -> UInt32? {
    guard remaining >= 4 else { return nil }
    defer { position += 4 }
    return UInt32(
      littleEndian: span.unsafeLoadUnaligned(fromByteOffset: position, as: UInt32.self))
  }

  mutating func fixed() -> UInt64? {
    guard remaining >= 8 else { return nil }
    defer { position += 8 }
    return UInt64(
      littleEndian: span.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self))
  }

  mutating func text() -> String? {
    guard let count = varint(), count <= remaining else { return nil }
    defer { position += count }
    return span.extracting(position..<position + count).withUnsafeBytes {
      String(decoding: $0, as: UTF8.self)
    }
  }

  mutating func skip(_ count: Int) -> Bool {
    guard count >= 0, count <= remaining else { return false }
    position += count
    return true
  }

  mutating func skipText() -> Bool {
    guard let count = varint() else { return false }
    return skip(count)
  }

  /// The content hash that opens a product's record.
  mutating func contentHash() -> [UInt8]? {
    guard let count = byte(), Int(count) <= remaining else { return nil }
    defer { position += Int(count) }
    return span.extracting(position..<position + Int(count)).withUnsafeBytes { Array($0) }
  }
}
