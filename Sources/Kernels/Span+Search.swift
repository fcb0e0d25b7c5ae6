extension Span<Float> {
  /// The index of the first element from `start` on that is `floor` at least; `nil` if there is none.
  /// - Complexity: O(n), sixteen elements at a time.
  package func firstIndex(from start: Int, atLeast floor: Float) -> Int? {
    withUnsafeBufferPointer { elements in
      let bytes = UnsafeRawBufferPointer(elements)
      var index = start
      while index + 16 <= elements.count {
        let some = bytes.loadUnaligned(fromByteOffset: 4 * index, as: SIMD16<Float>.self)
        if any(some .>= floor) { break }
        index += 16
      }
      return elements[index...].firstIndex { $0 >= floor }
    }
  }
}
