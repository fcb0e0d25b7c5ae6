internal import CKernels

extension Span<Float> {
  /// The places of the greatest elements that are more than 0, in ascending order: `count` of them,
  /// or all there are. Of equal ones, which may be very many, the first will do.
  ///
  /// The greatest of equal parts are different elements, so that the best `count` of these are a
  /// bound for all; among the few that reach it the right ones are chosen.
  /// - Parameter least: lower elements are left out. Where few reach it, no bound has to be found.
  /// - Complexity: O(n), several elements at a time.
  package func places(ofGreatest count: Int, from least: Float = 0) -> [UInt32] {
    guard count > 0 else { return [] }
    if least > 0 {
      let places = places(reaching: least, equals: count + 1, most: count)
      if places.count <= count { return places }
    }
    var maxima = maxima(of: 4 * count)
    let bound = maxima.count < count ? 0 : Swift.max(0, maxima.quickselect(greatest: count - 1))
    let places = places(reaching: bound, equals: count)
    guard places.count > count else { return places }
    var found = places.map { self[Int($0)] }
    let least = found.quickselect(greatest: count - 1)
    var equals = count - found.count { $0 > least }
    return places.filter { place in
      guard self[Int(place)] == least else { return self[Int(place)] > least }
      equals -= 1
      return equals >= 0
    }
  }

  private func maxima(of parts: Int) -> [Float] {
    let parts = Swift.min(parts, count)
    return Array(unsafeUninitializedCapacity: parts) { maxima, initialised in
      withUnsafeBufferPointer { elements in
        guard let scores = elements.baseAddress, let maxima = maxima.baseAddress else { return }
        ck_maxima(scores, UInt32(count), UInt32(parts), maxima)
        initialised = parts
      }
    }
  }

  /// The places of all above a bound, and of the first that equal it, unless that is 0, until they
  /// are more than `most`.
  private func places(reaching bound: Float, equals: Int, most: Int = .max) -> [UInt32] {
    Array(unsafeUninitializedCapacity: count) { places, found in
      withUnsafeBufferPointer { elements in
        guard let scores = elements.baseAddress, let places = places.baseAddress else { return }
        found = Int(
          ck_reaching(
            scores, UInt32(count), bound, bound > 0 ? UInt32(equals) : 0,
            UInt32(clamping: most), places))
      }
    }
  }
}

extension [Float] {
  /// The element that would stand at `place`, which there must be, if the greatest came first
  /// (Hoare, "Algorithm 65: find", CACM 1961). Reorders the elements.
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
