import HNSW

extension SlotSet {
  /// The slots of a compressed set as a dense one.
  /// - Complexity: O(slots + greatest slot / 64).
  init(_ bitmap: Bitmap) {
    // In ascending order, so that the last one tells how many words there are.
    let slots = bitmap.slots()
    var words = [UInt64](repeating: 0, count: slots.last.map { Int($0 >> 6) + 1 } ?? 0)
    for slot in slots { words[Int(slot >> 6)] |= 1 << UInt64(slot & 63) }
    self.init(words: words)
  }
}
