import HNSW
import LMDB

extension Searcher {
  /// The relevant products in the order that the query asks for. Those without a value come last, and
  /// of several values the one counts that comes first in this order.
  func sorted(
    _ relevant: [ScoredSlot], among products: Int, _ txn: borrowing ReadTransaction
  ) throws -> [ScoredSlot] {
    let slots = relevant.map(\.slot)
    let keys = try query.sort.map { key in
      let attribute = try store.attribute(
        key.attribute, expected: "an attribute with an order"
      ) { $0 != .text }
      // A column is read whole, in the time in which one in some 200 products is.
      return slots.count > products / 200
        ? try columnKeys(of: slots, attribute.number, key.descending, txn)
        : try productKeys(of: slots, attribute, key.descending, txn)
    }
    let places = relevant.indices.sorted { a, b in
      for key in keys where key[a] != key[b] { return key[a] < key[b] }
      return a < b
    }
    return places.map { relevant[$0] }
  }

  /// What has no value.
  private static let none = Int.max

  /// Numbers that are in the order of the values of slots, from the column of an attribute.
  private func columnKeys(
    of slots: [Slot], _ attribute: Int, _ isDescending: Bool, _ txn: borrowing ReadTransaction
  ) throws -> [Int] {
    var places = [Int32](repeating: -1, count: Int(slots.max() ?? 0) + 1)
    for (place, slot) in slots.enumerated() { places[Int(slot)] = Int32(place) }
    var keys = [Int](repeating: Self.none, count: slots.count)
    var rank = 0
    try Columns.forEachValue(in: store.columns, attribute: attribute, txn) { _, found in
      rank += 1
      for slot in found.slots() where Int(slot) < places.count && places[Int(slot)] >= 0 {
        let place = Int(places[Int(slot)])
        keys[place] = min(keys[place], isDescending ? -rank : rank)
      }
    }
    return keys
  }

  /// The same from the products themselves.
  private func productKeys(
    of slots: [Slot], _ attribute: (number: Int, kind: Attribute.Kind), _ isDescending: Bool,
    _ txn: borrowing ReadTransaction
  ) throws -> [Int] {
    var terms: [(bytes: [UInt8], place: Int)] = []
    for (place, slot) in slots.enumerated() {
      guard let value = try store.value(of: attribute.number, at: slot, in: txn) else { continue }
      for value in value.items {
        guard let term = ColumnTerm.of(value, attribute.number, attribute.kind) else { continue }
        terms.append((term.bytes, place))
      }
    }
    terms.sort { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    var keys = [Int](repeating: Self.none, count: slots.count)
    for (rank, term) in zip(Self.ranks(of: terms.map(\.bytes)), terms) {
      keys[term.place] = min(keys[term.place], isDescending ? -rank : rank)
    }
    return keys
  }

  /// Numbers for a sorted list, the same for equal elements.
  private static func ranks(of sorted: [[UInt8]]) -> [Int] {
    var rank = 0
    return sorted.indices.map { index in
      if index > 0, sorted[index] != sorted[index - 1] { rank += 1 }
      return rank
    }
  }
}
