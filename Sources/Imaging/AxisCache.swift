import Synchronization

/// Weights of the sizes met lately: pictures of a catalogue often share a size, and computing the
/// weights takes a good part of the time that applying them does.
final class AxisCache: Sendable {
  struct Key: Hashable {
    let inputs: Int
    let length: Int
    let filter: PreprocessorConfiguration.Filter
    let range: Range<Int>
  }

  private let axes = Mutex<[Key: ResizedAxis]>([:])
  private static let capacity = 64

  func axis(_ key: Key) -> ResizedAxis {
    if let known = axes.withLock({ $0[key] }) { return known }
    let axis = ResizedAxis(
      inputs: key.inputs, length: key.length, filter: key.filter, range: key.range)
    axes.withLock {
      if $0.count >= Self.capacity { $0.removeAll() }
      $0[key] = axis
    }
    return axis
  }
}
