/// Where walks begin: a node of the highest level that has one.
struct EntryPoint {
  /// Its position on the level; `noSlot` if the graph is empty.
  let position: UInt32
  let level: Int

  /// That of a graph without nodes.
  static let none = EntryPoint(position: noSlot, level: 0)

  var isNone: Bool { position == noSlot }
}

extension EntryPoint {
  /// As one number, which threads exchange in one step.
  var packed: UInt64 { UInt64(level) << 32 | UInt64(position) }

  init(packed: UInt64) {
    self.init(position: UInt32(truncatingIfNeeded: packed), level: Int(packed >> 32))
  }
}
