/// A dictionary of bounded size that forgets what was used longest ago.
///
/// Entries form a ring in order of use: `entries[0]` is its sentinel, followed by the entry used
/// last and preceded by the one used longest ago. Every operation takes constant time.
package struct LRUCache<Key: Hashable, Value> {
  private struct Entry {
    var key: Key?
    var value: Value?
    var next = 0
    var previous = 0
  }

  /// Most entries it holds.
  package let capacity: Int
  private var entries = [Entry(key: nil, value: nil)]
  private var places: [Key: Int] = [:]

  /// An empty cache of at most `capacity` entries.
  package init(capacity: Int) {
    precondition(capacity > 0, "a cache holds something")
    self.capacity = capacity
  }

  /// Entries it holds.
  package var count: Int { places.count }

  /// The value of `key`, which becomes the last used.
  package mutating func value(for key: Key) -> Value? {
    guard let place = places[key] else { return nil }
    unlink(place)
    linkFirst(place)
    return entries[place].value
  }

  /// Sets the value of `key`, which becomes the last used, and forgets another if the cache is
  /// full.
  package mutating func insert(_ value: Value, for key: Key) {
    let place: Int
    if let known = places[key] {
      place = known
      unlink(place)
    } else if places.count < capacity {
      place = entries.count
      entries.append(Entry())
    } else {
      place = entries[0].previous
      unlink(place)
      if let oldest = entries[place].key { places[oldest] = nil }
    }
    entries[place].key = key
    entries[place].value = value
    places[key] = place
    linkFirst(place)
  }

  private mutating func unlink(_ place: Int) {
    let (next, previous) = (entries[place].next, entries[place].previous)
    entries[previous].next = next
    entries[next].previous = previous
  }

  private mutating func linkFirst(_ place: Int) {
    let first = entries[0].next
    entries[place].next = first
    entries[place].previous = 0
    entries[first].previous = place
    entries[0].next = place
  }
}
