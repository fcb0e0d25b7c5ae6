import HNSW
import LMDB

/// Which row of a data set is in which slot: an index chooses slots, and ids are the rows' numbers.
struct Numbering {
  /// The slots of rows, and the rows of slots.
  private(set) var slots: [Slot]
  private(set) var rows: [Slot]

  init(_ index: VectorIndex, rows count: Int) throws {
    var (slots, rows) = ([Slot](repeating: 0, count: count), [Slot](repeating: 0, count: count))
    try index.environment.read { txn in
      try index.withSnapshot(txn) { snapshot in
        try snapshot.forEachID { id, slot in
          guard let row = Slot(id), row < count, slot < count else { return false }
          (slots[Int(row)], rows[Int(slot)]) = (slot, row)
          return true
        }
      }
    }
    (self.slots, self.rows) = (slots, rows)
  }

  /// The slots of some rows.
  func slots(of rows: SlotSet) -> SlotSet {
    var result = SlotSet()
    rows.forEach { result.insert(slots[Int($0)]) }
    return result
  }

  /// The rows that were found in slots.
  func rows(of found: [[Slot]]) -> [[Slot]] { found.map { $0.map { rows[Int($0)] } } }
}
