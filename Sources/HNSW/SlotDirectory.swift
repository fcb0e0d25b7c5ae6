internal import LMDB

/// Which slot an id has, and which id a slot: two databases.
struct SlotDirectory {
  static let slotsName = "hnsw.slots"
  static let idsName = "hnsw.ids"

  let slots: Database
  let ids: Database

  /// The databases of an index; `nil` if it has never held a vector.
  init?(in txn: borrowing SnapshotTransaction) throws {
    guard let slots = try txn.database(named: Self.slotsName),
      let ids = try txn.database(named: Self.idsName)
    else { return nil }
    self.slots = slots
    self.ids = ids
  }

  init(creatingIn txn: borrowing WriteTransaction) throws {
    slots = try txn.createDatabase(named: Self.slotsName)
    ids = try txn.createDatabase(named: Self.idsName, integerKeys: true)
  }

  func slot(of id: String, in txn: borrowing SnapshotTransaction) throws -> Slot? {
    guard (1...511).contains(id.utf8.count) else { return nil }
    return try txn.withValue(in: slots, for: id) { try Self.slot($0, of: id) }
  }

  /// The slot of an id as it is stored.
  static func slot(_ bytes: RawSpan, of id: @autoclosure () -> String) throws -> Slot {
    guard bytes.byteCount == 4 else {
      throw HNSWError.corrupted("the slot of id “\(id())” has \(bytes.byteCount) bytes")
    }
    return Slot(littleEndian: bytes.unsafeLoadUnaligned(as: UInt32.self))
  }

  func id(of slot: Slot, in txn: borrowing SnapshotTransaction) throws -> String? {
    try txn.withValue(in: ids, for: slot) { String(bytes: $0) }
  }

  func bind(_ id: String, to slot: Slot, in txn: borrowing WriteTransaction) throws {
    try bind(id, to: slot, inSlotsOf: txn)
    try txn.append(id.utf8.span.bytes, in: ids, for: slot)
  }

  /// Stores the slot of an id, not the id of the slot.
  func bind(_ id: String, to slot: Slot, inSlotsOf txn: borrowing WriteTransaction) throws {
    try withUnsafeBytes(of: slot.littleEndian) {
      try txn.put(Array($0), in: slots, for: id)
    }
  }

  func unbind(_ id: String?, from slot: Slot, in txn: borrowing WriteTransaction) throws {
    if let id { try txn.delete(id, in: slots) }
    try txn.delete(slot, in: ids)
  }
}
