internal import Foundation

/// A queue between threads that makes its producers wait when it is full, and its consumers when
/// it is empty.
final class BoundedChannel<Element: Sendable>: @unchecked Sendable {
  // Sendable: all state is touched under `condition` alone.
  private let condition = NSCondition()
  private let capacity: Int
  private var elements: [Element] = []
  private var head = 0
  private var isClosed = false

  init(capacity: Int) { self.capacity = max(1, capacity) }

  /// Adds an element, waiting for room; false if the channel is closed.
  @discardableResult
  func send(_ element: Element) -> Bool {
    condition.lock()
    defer { condition.unlock() }
    while elements.count - head >= capacity, !isClosed { condition.wait() }
    if isClosed { return false }
    elements.append(element)
    condition.broadcast()
    return true
  }

  /// Takes the oldest element, waiting for one; nil once the channel is closed and empty.
  func receive() -> Element? {
    condition.lock()
    defer { condition.unlock() }
    while head == elements.count, !isClosed { condition.wait() }
    guard head < elements.count else { return nil }
    let element = elements[head]
    head += 1
    // What is taken is dropped in bulk, so that each element moves once.
    if head == elements.count || head >= capacity {
      elements.removeFirst(head)
      head = 0
    }
    condition.broadcast()
    return element
  }

  /// Takes no more elements; those inside are still received.
  func close() {
    condition.lock()
    isClosed = true
    condition.broadcast()
    condition.unlock()
  }

  /// Closes the channel and drops what is inside.
  func abandon() {
    condition.lock()
    isClosed = true
    elements.removeAll()
    head = 0
    condition.broadcast()
    condition.unlock()
  }
}
