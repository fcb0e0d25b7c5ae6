/// Closeness of spellings.
package enum Spelling {
  /// The name nearest to a word without regard to case, if it is near enough to be meant: at most
  /// one edit for every two characters, and three in all.
  static func nearest(to word: String, in names: some Sequence<String>) -> String? {
    let wanted = Array(Folding.fold(word))
    let limit = max(1, min(3, wanted.count / 2))
    var best: (name: String, distance: Int)?
    for name in names {
      let candidate = Array(Folding.fold(name))
      guard abs(candidate.count - wanted.count) <= limit else { continue }
      let distance = distance(wanted, candidate)
      if distance <= limit, distance < best?.distance ?? .max { best = (name, distance) }
    }
    return best?.name
  }

  /// The least number of characters to insert, delete, replace, or swap with their neighbour, no
  /// part being edited twice (optimal string alignment).
  package static func distance<Element: Equatable>(_ a: [Element], _ b: [Element]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1]
      row.reserveCapacity(b.count + 1)
      for j in b.indices {
        var cost = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          cost = min(cost, beforeLast[j - 1] + 1)
        }
        row.append(cost)
      }
      (beforeLast, last) = (last, row)
    }
    return last[b.count]
  }

  /// Whether one edit at most leads from one spelling to the other.
  static func isWithinOneEdit(_ a: String, _ b: String) -> Bool {
    let a = Array(a.unicodeScalars), b = Array(b.unicodeScalars)
    return abs(a.count - b.count) <= 1 && distance(a, b) <= 1
  }
}
