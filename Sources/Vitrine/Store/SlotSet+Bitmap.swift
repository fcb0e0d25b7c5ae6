import HNSW

extension SlotSet {
  /// The slots of a compressed set as a dense one.
  /// - Complexity: O(slots + greatest slot / 64).
  init(_ bitmap: Bitmap) { self.init(bitmap.slots()) }
}
