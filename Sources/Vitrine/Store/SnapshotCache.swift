import Synchronization

/// What queries have found, for those that come before anything changes: the words of one search are often
/// those of the next.
///
/// All that is kept is of one snapshot, the last one that was read.
final class SnapshotCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private struct Kept {
    var snapshot = 0
    var byteCount = 0
    var values: [Key: Value] = [:]
  }

  private let kept = Mutex(Kept())
  private let capacity: Int
  private let byteCount: @Sendable (Value) -> Int

  /// - Parameters:
  ///   - capacity: bytes that are kept; all of them are given up for what would not fit beside.
  ///   - byteCount: what a value takes.
  init(capacity: Int, byteCount: @escaping @Sendable (Value) -> Int) {
    self.capacity = capacity
    self.byteCount = byteCount
  }

  /// What belongs to a key in a snapshot: kept, or made and kept from now on.
  func value(of key: Key, in snapshot: Int, _ make: () throws -> Value) rethrows -> Value {
    let known = kept.withLock { $0.snapshot == snapshot ? $0.values[key] : nil }
    if let known { return known }
    let made = try make()
    keep(made, for: key, in: snapshot)
    return made
  }

  private func keep(_ value: Value, for key: Key, in snapshot: Int) {
    let size = byteCount(value)
    guard size <= capacity / 4 else { return }
    kept.withLock { kept in
      // Those who still read an older snapshot go without.
      guard snapshot >= kept.snapshot else { return }
      if snapshot > kept.snapshot || kept.byteCount + size > capacity {
        kept = Kept(snapshot: snapshot)
      }
      if kept.values.updateValue(value, forKey: key) == nil { kept.byteCount += size }
    }
  }
}
