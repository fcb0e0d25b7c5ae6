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

  /// The greatest elements of `parts` parts: the first is of every `parts`-th element from the first on,
  /// and so on. At most as many as there are elements.
  /// - Complexity: O(n), several elements at a time.
  package func maxima(of parts: Int) -> [Float] {
    withUnsafeBufferPointer { elements in
      var maxima = Array(elements.prefix(parts))
      maxima.withUnsafeMutableBufferPointer { maxima in
        var start = maxima.count
        while start < elements.count {
          // `max` would look for what is not a number, one element at a time.
          for place in 0..<Swift.min(maxima.count, elements.count - start) {
            let element = elements[start + place]
            maxima[place] = element > maxima[place] ? element : maxima[place]
          }
          start += maxima.count
        }
      }
      return maxima
    }
  }
}

extension [Float] {
  /// The element that would stand at `place`, which there must be, if the greatest came first (Hoare, "Algorithm 65: find",
  /// CACM 1961). Reorders the elements.
  /// - Complexity: O(n) on average.
  package mutating func quickselect(greatest place: Int) -> Float {
    var (low, high) = (0, count - 1)
    while low < high {
      let pivot = self[(low + high) / 2]
      var (left, right) = (low, high)
      while left <= right {
        while self[left] > pivot { left += 1 }
        while pivot > self[right] { right -= 1 }
        guard left <= right else { break }
        swapAt(left, right)
        (left, right) = (left + 1, right - 1)
      }
      if place <= right { high = right } else if place >= left { low = left } else { break }
    }
    return self[place]
  }
}
