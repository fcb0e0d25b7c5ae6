internal import Kernels
import Synchronization

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// A generation of an index, ready to be searched; shared by the searches of all threads.
final class ResolvedIndex: Sendable {
  let state: IndexState
  let graph: Graph
  let kernels: Kernels
  /// Where the header lies, which tells whether the map has moved, and its bytes.
  private let headerAddress: UInt
  private let headerBytes: [UInt8]
  /// Whether much of the index was not in memory, as far as searches have met it.
  private let isCold: Atomic<Bool>

  init(_ state: IndexState, header: UnsafeRawBufferPointer, kernels: Kernels) {
    self.state = state
    headerAddress = UInt(bitPattern: header.baseAddress)
    headerBytes = Array(header)
    self.kernels = kernels
    graph = state.graph(kernels)
    isCold = Atomic(!state.isInMemory)
  }

  /// Whether this is what a transaction sees that has found `header`.
  func isCurrent(_ header: UnsafeRawBufferPointer) -> Bool {
    guard UInt(bitPattern: header.baseAddress) == headerAddress, let base = header.baseAddress,
      header.count == headerBytes.count
    else { return false }
    return memcmp(base, headerBytes, header.count) == 0
  }

  /// Runs a search that knows whether to expect what it reads in memory.
  func reading<R>(_ scratch: Scratch, _ body: () -> R) -> R {
    guard isCold.load(ordering: .relaxed) else { return body() }
    scratch.isCold = true
    (scratch.sampledCount, scratch.missingCount) = (0, 0)
    defer {
      scratch.isCold = false
      // Where most is there, asking costs more than it saves.
      if 16 * scratch.missingCount <= scratch.sampledCount {
        isCold.store(false, ordering: .relaxed)
      }
    }
    return body()
  }

  var configuration: IndexConfiguration { state.header.configuration }

  /// Copies a query into `scratch`, checked and, for cosine, normalised; returns whether that has left
  /// it as it is. `row` is its number in a batch.
  @discardableResult
  func load(_ query: Span<Float>, row: Int, _ scratch: Scratch) throws -> Bool {
    let dimensions = configuration.dimensions
    guard query.count == dimensions else {
      throw HNSWError.wrongDimensions(expected: dimensions, found: query.count)
    }
    query.withUnsafeBufferPointer { query in
      if let base = query.baseAddress { scratch.queryCopy.update(from: base, count: dimensions) }
    }
    scratch.query = UnsafePointer(scratch.queryCopy)
    scratch.beginCode()
    return try normalise(scratch.queryCopy, dimensions, configuration.metric, row: row, kernels)
  }

  /// Distances of the query in `scratch` from the first `count` candidates, in full precision, or
  /// from what the codes stand for if there is nothing better.
  func measure(_ count: Int, _ scratch: Scratch) {
    let (ids, out) = (UnsafePointer(scratch.candidates), scratch.candidateDistances)
    let n = configuration.dimensions
    scratch.distanceCount += count
    guard let vectors = state.vectors, let format = configuration.storage.format else {
      return measureCodes(count, scratch)
    }
    if scratch.isCold { vectors.rows.fetch(ids, count) }
    if configuration.metric == .l2 {
      kernels.rows.squaredDistances(vectors.rows, format, scratch.query, n, ids, count, out)
    } else {
      kernels.rows.dots(vectors.rows, format, scratch.query, n, ids, count, out)
      let base: Float = configuration.metric == .cosine ? 1 : 0
      for index in 0..<count { out[index] = base - out[index] }
    }
  }

  /// |q - x|² and q·x for x = mean + scale · c.
  private func measureCodes(_ count: Int, _ scratch: Scratch) {
    let (ids, out) = (UnsafePointer(scratch.candidates), scratch.candidateDistances)
    let calibration = state.calibration
    let (scale, n) = (calibration.scale, configuration.dimensions)
    let query = scratch.rotated
    calibration.rotation.apply(scratch.query, into: query, kernels.rows)
    if configuration.metric == .l2 {
      var base: Float = 0
      for index in 0..<n {
        query[index] -= calibration.mean[index]
        base += query[index] * query[index]
      }
      kernels.rows.codeDots(state.codeTable, query, n, ids, count, out)
      for index in 0..<count {
        let norm = state.codes.norm(Int(ids[index])).loadUnaligned(as: Int32.self).littleEndian
        out[index] = max(0, base + scale * (scale * Float(norm) - 2 * out[index]))
      }
    } else {
      kernels.rows.codeDots(state.codeTable, query, n, ids, count, out)
      var base: Float = configuration.metric == .cosine ? 1 : 0
      for index in 0..<n { base -= query[index] * calibration.mean[index] }
      for index in 0..<count { out[index] = base - scale * out[index] }
    }
  }

  /// The nearest `k` of the first `count` candidates.
  func rank(_ count: Int, k: Int, within maxDistance: Float?, _ scratch: Scratch) -> [SearchHit] {
    measure(count, scratch)
    // Numbers, which are sorted faster than pairs: a distance that orders as one, and a slot.
    var keys: [UInt64] = []
    keys.reserveCapacity(count)
    for index in 0..<count {
      let distance = scratch.candidateDistances[index]
      if let maxDistance, !(distance <= maxDistance) { continue }
      let bits = distance.bitPattern
      let ordered = bits >> 31 == 0 ? bits | 1 << 31 : ~bits
      keys.append(UInt64(ordered) << 32 | UInt64(scratch.candidates[index]))
    }
    keys.sort()
    return keys.prefix(k).map { key in
      let ordered = UInt32(key >> 32)
      let bits = ordered >> 31 == 1 ? ordered & ~(1 << 31) : ~ordered
      return SearchHit(
        slot: UInt32(truncatingIfNeeded: key), distance: Float(bitPattern: bits))
    }
  }
}
