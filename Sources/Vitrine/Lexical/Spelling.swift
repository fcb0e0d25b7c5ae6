/// Closeness of spellings.
package enum Spelling {
  /// The name nearest to a word without regard to case, if it is near enough to be meant: fewer than
  /// one edit for every two characters of the longer, and three in all. A name of several words (`brandName`) is
  /// also near if one of them is.
  package static func nearest(to word: String, in names: some Sequence<String>) -> String? {
    let wanted = Array(Folding.fold(word))
    let limit = max(1, min(3, wanted.count / 2))
    var best: (name: String, distance: Int)?
    for name in names {
      var candidates = [Array(Folding.fold(name))]
      let parts = self.parts(of: name)
      if parts.count > 1 { candidates += parts.map { Array(Folding.fold($0)) } }
      for (place, candidate) in candidates.enumerated()
      where abs(candidate.count - wanted.count) <= limit {
        // A whole name is nearer than a part of another.
        let distance = distance(wanted, candidate) + (place > 0 ? 1 : 0)
        let isNear = distance <= limit && 2 * distance < max(wanted.count, candidate.count)
        if isNear, distance < best?.distance ?? .max { best = (name, distance) }
      }
    }
    return best?.name
  }

  /// What an error adds about the name that was meant, if one was.
  package static func hint(_ meant: String?) -> String {
    meant.map { "; did you mean \"\($0)\"?" } ?? ""
  }

  /// The words of a name like `brandName`, `brand_name` or `brand.name`.
  private static func parts(of name: String) -> [String] {
    var parts = [""]
    var last: Character?
    for character in name {
      if !character.isLetter && !character.isNumber {
        parts.append("")
      } else {
        if character.isUppercase, last?.isLowercase == true { parts.append("") }
        parts[parts.count - 1].append(character)
      }
      last = character
    }
    return parts.filter { !$0.isEmpty }
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

  /// Whether one edit at most leads from one spelling to the other: they agree from both ends but
  /// for a place.
  static func isWithinOneEdit(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Bool {
    let shorter = min(a.count, b.count), longer = max(a.count, b.count)
    guard longer - shorter <= 1 else { return false }
    var start = 0
    while start < shorter, a[start] == b[start] { start += 1 }
    var end = 0
    while end < shorter - start, a[a.count - 1 - end] == b[b.count - 1 - end] { end += 1 }
    switch shorter - start - end {
    case 0: return true
    case 1: return shorter == longer
    case 2: return shorter == longer && a[start] == b[start + 1] && a[start + 1] == b[start]
    default: return false
    }
  }
}
