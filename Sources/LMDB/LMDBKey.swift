/// A value that can serve as a key. Keys are ordered by their bytes, so numbers are encoded
/// big-endian; databases with integer keys convert to the machine's order by themselves.
public protocol LMDBKey {
  /// Calls `body` with the key's bytes: 1 to 511 of them.
  func withKeyBytes<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R
}

extension UInt32: LMDBKey {
  /// Four bytes, most significant first.
  public func withKeyBytes<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
    let encoded = CollectionOfOne(bigEndian)
    return try body(encoded.span.bytes)
  }

  /// Reads a key back; `nil` if it does not have four bytes.
  public init?(key: RawSpan) {
    guard key.byteCount == 4 else { return nil }
    self = UInt32(bigEndian: key.unsafeLoadUnaligned(as: UInt32.self))
  }
}

extension UInt64: LMDBKey {
  /// Eight bytes, most significant first.
  public func withKeyBytes<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
    let encoded = CollectionOfOne(bigEndian)
    return try body(encoded.span.bytes)
  }

  /// Reads a key back; `nil` if it does not have eight bytes.
  public init?(key: RawSpan) {
    guard key.byteCount == 8 else { return nil }
    self = UInt64(bigEndian: key.unsafeLoadUnaligned(as: UInt64.self))
  }
}

extension String: LMDBKey {
  /// The string in UTF-8.
  public func withKeyBytes<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
    try body(utf8.span.bytes)
  }

  /// Reads a key or value as UTF-8, repairing what is not.
  public init(bytes: RawSpan) {
    self = bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
  }
}

extension [UInt8]: LMDBKey {
  /// The bytes themselves.
  public func withKeyBytes<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
    try body(span.bytes)
  }

  /// Copies a key or value.
  public init(bytes: RawSpan) {
    self = bytes.withUnsafeBytes { Array($0) }
  }
}

/// A number as databases with integer keys want it: in the machine's byte order.
struct IntegerKey: LMDBKey {
  private let number: UInt64
  private let byteCount: Int

  /// Converts an encoded key of four or eight bytes; any other becomes the empty key, which
  /// LMDB refuses.
  init(_ key: some LMDBKey) {
    (number, byteCount) = key.withKeyBytes { bytes in
      if let small = UInt32(key: bytes) { return (UInt64(small), 4) }
      if let large = UInt64(key: bytes) { return (large, 8) }
      return (0, 0)
    }
  }

  func withKeyBytes<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
    switch byteCount {
    case 4:
      let encoded = CollectionOfOne(UInt32(truncatingIfNeeded: number))
      return try body(encoded.span.bytes)
    case 8:
      let encoded = CollectionOfOne(number)
      return try body(encoded.span.bytes)
    default: return try body(RawSpan())
    }
  }
}
