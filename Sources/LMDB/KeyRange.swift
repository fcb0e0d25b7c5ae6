/// The keys a scan visits.
public struct KeyRange: Sendable, Hashable {
  /// The first key, or none.
  var lower: [UInt8]?
  /// The key to stop at, or none.
  var upper: [UInt8]?
  /// Whether `upper` itself belongs to the range.
  var includesUpper = true

  /// Every key.
  public static var all: KeyRange { KeyRange() }

  /// Keys that begin with the bytes of `key`. Not for databases with integer keys.
  public static func prefix(_ key: some LMDBKey) -> KeyRange {
    let prefix = key.withKeyBytes { [UInt8](bytes: $0) }
    return KeyRange(lower: prefix, upper: successor(of: prefix), includesUpper: false)
  }

  /// Keys at or after `key`.
  public static func from(_ key: some LMDBKey) -> KeyRange {
    KeyRange(lower: key.withKeyBytes { [UInt8](bytes: $0) })
  }

  /// Keys from `lower` to `upper`, both included.
  public static func from(_ lower: some LMDBKey, through upper: some LMDBKey) -> KeyRange {
    KeyRange(
      lower: lower.withKeyBytes { [UInt8](bytes: $0) },
      upper: upper.withKeyBytes { [UInt8](bytes: $0) })
  }

  /// The range with its keys as a database stores them.
  func stored(withIntegerKeys: Bool) -> KeyRange {
    guard withIntegerKeys else { return self }
    var range = self
    range.lower = lower.map { IntegerKey($0).withKeyBytes { [UInt8](bytes: $0) } }
    range.upper = upper.map { IntegerKey($0).withKeyBytes { [UInt8](bytes: $0) } }
    return range
  }

  /// The first key after all that begin with `prefix`; `nil` if nothing comes after them.
  private static func successor(of prefix: [UInt8]) -> [UInt8]? {
    guard let last = prefix.lastIndex(where: { $0 != 0xFF }) else { return nil }
    return prefix[..<last] + [prefix[last] + 1]
  }
}

extension Cursor {
  /// Moves to the first entry of a range; `false` if the range is empty.
  mutating func moveToFirst(in range: KeyRange) throws(LMDBError) -> Bool {
    guard let lower = range.lower, !lower.isEmpty else {
      return try moveToFirst() && isBelowEnd(of: range)
    }
    return try seek(lower) && isBelowEnd(of: range)
  }

  /// Moves to the last entry of a range; `false` if the range is empty.
  mutating func moveToLast(in range: KeyRange) throws(LMDBError) -> Bool {
    guard let upper = range.upper, try seek(upper) else {
      return try moveToLast() && isAboveStart(of: range)
    }
    if !isBelowEnd(of: range) {
      return try moveToPrevious() && isAboveStart(of: range)
    }
    return isAboveStart(of: range)
  }

  /// Whether the cursor's key does not lie after the range.
  func isBelowEnd(of range: KeyRange) -> Bool {
    guard let upper = range.upper else { return true }
    let order = compareKey(with: upper)
    return order < 0 || (order == 0 && range.includesUpper)
  }

  /// Whether the cursor's key does not lie before the range.
  func isAboveStart(of range: KeyRange) -> Bool {
    guard let lower = range.lower, !lower.isEmpty else { return true }
    return compareKey(with: lower) >= 0
  }
}
