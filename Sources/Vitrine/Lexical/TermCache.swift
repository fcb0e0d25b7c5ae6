import Synchronization

/// The matches of terms that were added up before, while nothing has changed: the words of one search
/// are often those of the next, and adding up the postings of common ones is most of what words cost.
///
/// All that is kept is of one snapshot, of the last one that was read, and of the store's own field weights.
final class TermCache: Sendable {
  /// Bytes that are kept; all of them are given up for what would not fit beside.
  static let capacity = 32 << 20

  private struct Kept {
    var snapshot = 0
    var byteCount = 0
    var matches: [String: TermMatches] = [:]
  }

  private let kept = Mutex(Kept())

  /// What a snapshot's products count for a term: kept, or added up by `sum` and kept from now on.
  func matches(
    of term: String, in snapshot: Int, _ sum: () throws -> TermMatches
  ) rethrows -> TermMatches {
    let known = kept.withLock { $0.snapshot == snapshot ? $0.matches[term] : nil }
    if let known { return known }
    let found = try sum()
    keep(found, of: term, in: snapshot)
    return found
  }

  private func keep(_ found: TermMatches, of term: String, in snapshot: Int) {
    guard found.byteCount <= Self.capacity / 4 else { return }
    let found = found.compact
    kept.withLock { kept in
      // Those who still read an older snapshot go without.
      guard snapshot >= kept.snapshot else { return }
      if snapshot > kept.snapshot || kept.byteCount + found.byteCount > Self.capacity {
        kept = Kept(snapshot: snapshot)
      }
      if kept.matches.updateValue(found, forKey: term) == nil { kept.byteCount += found.byteCount }
    }
  }
}
