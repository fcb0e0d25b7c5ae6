import HNSW

/// A product and its score.
struct ScoredSlot: Comparable {
  let slot: Slot
  let score: Float

  /// Better ones are less: higher scores first, then lower slots, so that orders are reproducible.
  static func < (a: ScoredSlot, b: ScoredSlot) -> Bool {
    a.score != b.score ? a.score > b.score : a.slot < b.slot
  }
}

/// The best of many products: a heap of fixed capacity with the worst on top.
struct BestSlots {
  private let capacity: Int
  private var heap: [ScoredSlot] = []
  /// Who does not score this much is not among the best.
  private(set) var floor = -Float.infinity

  init(capacity: Int) { self.capacity = capacity }

  /// - Complexity: O(1) for a product that is not among the best, O(log capacity) for one that is.
  mutating func offer(_ candidate: ScoredSlot) {
    if heap.count < capacity {
      heap.append(candidate)
      siftUp()
    } else if let worst = heap.first, candidate < worst {
      heap[0] = candidate
      siftDown()
    }
    if heap.count == capacity, let worst = heap.first { floor = worst.score }
  }

  /// The products, the best first.
  func sorted() -> [ScoredSlot] { heap.sorted() }

  private mutating func siftUp() {
    var child = heap.count - 1
    while child > 0, heap[(child - 1) / 2] < heap[child] {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  private mutating func siftDown() {
    var parent = 0
    while case let left = 2 * parent + 1, left < heap.count {
      let right = left + 1
      let worse = right < heap.count && heap[left] < heap[right] ? right : left
      guard heap[parent] < heap[worse] else { return }
      heap.swapAt(parent, worse)
      parent = worse
    }
  }
}
