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
  /// The mean of the vectors as a query, with its bytes.
  private let mean: QueryCode
  /// What is not known yet of an index that has just been opened.
  private let pending: PendingLookUps?

  /// - Parameter isPending: whether it has to be looked up yet where the state's blocks lie.
  init(
    _ state: IndexState, header: UnsafeRawBufferPointer, kernels: Kernels, isPending: Bool = false
  ) {
    self.state = state
    pending = isPending ? PendingLookUps(state) : nil
    headerAddress = UInt(bitPattern: header.baseAddress)
    headerBytes = Array(header)
    self.kernels = kernels
    graph = state.graph(kernels)
    isCold = Atomic(isPending || !state.isInMemory)
    let (rotated, codeBytes) = (state.calibration.mean, state.configuration.codeBytes)
    var mean = QueryCode(QueryCode.allocate(codeBytes), codeBytes)
    mean.fine =
      kernels.rows.quantise(
        rotated, mean: rotated, share: 0, floor: QueryCode.leastStep, codeBytes, high: mean.bytes,
        low: mean.rest
      ).query
    self.mean = mean
  }

  deinit { mean.bytes.deallocate() }

  /// Whether this is what a transaction sees that has found `header`.
  func isCurrent(_ header: UnsafeRawBufferPointer) -> Bool {
    guard UInt(bitPattern: header.baseAddress) == headerAddress, let base = header.baseAddress,
      header.count == headerBytes.count
    else { return false }
    return memcmp(base, headerBytes, header.count) == 0
  }

  /// Sees to it that a search finds the blocks it needs: the first one looks them up on its way.
  func prepare(_ parameters: SearchParameters, _ scratch: Scratch) {
    guard let pending, !pending.isFinished else { return }
    let readsFew = parameters.filter == nil && !parameters.exact
    guard readsFew, pending.takeFirst() else { return complete() }
    scratch.pending = pending
  }

  /// Looks up all blocks that have not been.
  func complete() { pending?.finish() }

  /// Throws if a block has not been found.
  func check() throws { try pending?.check() }

  /// Runs a search that knows whether to expect what it reads in memory.
  func reading<R>(_ scratch: Scratch, _ body: () -> R) -> R {
    guard isCold.load(ordering: .acquiring) else { return body() }
    scratch.isCold = true
    (scratch.sampledCount, scratch.missingCount) = (0, 0)
    defer {
      scratch.isCold = false
      // Where most is there, asking costs more than it saves.
      if 16 * scratch.missingCount <= scratch.sampledCount {
        isCold.store(false, ordering: .releasing)
      }
    }
    return body()
  }

  var configuration: IndexConfiguration { state.header.configuration }

  /// Puts a query into `scratch`, checked and, for cosine, normalised: itself, which then must last
  /// for the search, or else a copy. `row` is its number in a batch.
  func load(_ query: UnsafeBufferPointer<Float>, row: Int, _ scratch: Scratch) throws {
    let (dimensions, metric) = (configuration.dimensions, configuration.metric)
    guard query.count == dimensions, let base = query.baseAddress else {
      throw HNSWError.wrongDimensions(expected: dimensions, found: query.count)
    }
    scratch.beginCode()
    scratch.query = base
    let span = query.span
    if isNormalised(norm: kernels.dot(span, span), metric) { return }
    scratch.queryCopy.update(from: base, count: dimensions)
    scratch.query = UnsafePointer(scratch.queryCopy)
    try normalise(scratch.queryCopy, dimensions, metric, row: row, kernels)
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
    if scratch.isCold { vectors.rows.fetch(ids, count, scratch) }
    if configuration.metric == .l2 {
      kernels.rows.squaredDistances(vectors.rows, format, scratch.query, n, ids, count, out)
    } else {
      kernels.rows.dots(vectors.rows, format, scratch.query, n, ids, count, out)
      let base: Float = configuration.metric == .cosine ? 1 : 0
      for index in 0..<count { out[index] = base - out[index] }
    }
  }

  /// The same by what codes, and residuals if they are kept, stand for. With a vector x = mean + y
  /// and the query less its share s of the mean, q = r + s · mean: q·x = q·mean + r·y + s · mean·y.
  private func measureCodes(_ count: Int, _ scratch: Scratch) {
    guard let query = scratch.code.fine else { return }
    let (ids, out) = (UnsafePointer(scratch.candidates), scratch.candidateDistances)
    let (codes, n, scale) = (graph.codes, configuration.dimensions, state.calibration.scale)
    if scratch.isCold {
      codes.fetch(ids, count, isCoarse: false, scratch)
      codes.residuals?.fetch(ids, count, scratch)
      codes.residuals?.fetchTrailer(ids, count, scratch)
    }
    if configuration.metric == .l2 {
      return kernels.rows.fineSquaredDistances(codes, query, n, scale: scale, ids, count, out)
    }
    kernels.rows.fineDots(codes, query, n, scale: scale, ids, count, out)
    if scratch.code.share != 0 { addMeanProducts(count, scratch) }
    let base = (configuration.metric == .cosine ? 1 : 0) - scratch.code.meanProduct
    for index in 0..<count { out[index] = base - out[index] }
  }

  /// Adds what the query's share of the mean makes of the candidates' products.
  private func addMeanProducts(_ count: Int, _ scratch: Scratch) {
    guard let mean = mean.fine else { return }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { products in
      guard let products = products.baseAddress else { return }
      kernels.rows.fineDots(
        graph.codes, mean, configuration.dimensions, scale: state.calibration.scale,
        scratch.candidates, count, products)
      for index in 0..<count {
        scratch.candidateDistances[index] += scratch.code.share * products[index]
      }
    }
  }

  /// The nearest `k` of the first `count` candidates.
  func rank(_ count: Int, k: Int, within maxDistance: Float?, _ scratch: Scratch) -> [SearchHit] {
    measure(count, scratch)
    // Numbers, which are sorted faster than pairs: a distance that orders as one, and a slot.
    var keys: [Int64] = []
    keys.reserveCapacity(count)
    for index in 0..<count {
      let distance = scratch.candidateDistances[index]
      if let maxDistance, !(distance <= maxDistance) { continue }
      keys.append(Int64(distance.orderedBits) << 32 | Int64(scratch.candidates[index]))
    }
    keys.sort()
    return keys.prefix(k).map { key in
      SearchHit(
        slot: UInt32(truncatingIfNeeded: key),
        distance: Float(orderedBits: Int32(truncatingIfNeeded: key >> 32)))
    }
  }
}

extension Float {
  /// The bits as an integer of the same order.
  @inline(__always)
  var orderedBits: Int32 { Self.flipped(Int32(bitPattern: bitPattern)) }

  /// The number that has such bits.
  @inline(__always)
  init(orderedBits: Int32) {
    self.init(bitPattern: UInt32(bitPattern: Self.flipped(orderedBits)))
  }

  /// The greater a negative number's bits are, the less it is.
  @inline(__always)
  private static func flipped(_ bits: Int32) -> Int32 { bits < 0 ? bits ^ .max : bits }
}
