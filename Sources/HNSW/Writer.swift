internal import Kernels
internal import LMDB
internal import Synchronization

/// The change of an index, lent by ``VectorIndex/write(_:threads:_:)``. Nothing is stored before
/// its closure returns; ids are resolved as the changes so far have left them.
public struct Writer: ~Copyable {
  let working: WorkingIndex
  let directory: SlotDirectory
  let threads: Int
  let scratch: BuildScratchPool
  /// Valid within the closure that the writer is lent to.
  let transaction: UnsafePointer<WriteTransaction>

  /// What an upsert has done with one vector.
  public struct Upserted: Sendable, Hashable {
    /// The slot of the new vector.
    public let slot: Slot
    /// The slot that the id had before, if it had one; it is free now and will not be used again.
    public let replaced: Slot?
  }

  /// Slots given so far: the next new vector gets this one.
  public var slotCapacity: Int { working.state.header.slotCount }
  /// What the index was made with.
  public var configuration: IndexConfiguration { working.configuration }

  /// The slot of an id, or `nil`. O(log n).
  ///
  /// - Throws: `LMDBError`; `HNSWError.corrupted`.
  public func slot(of id: String) throws -> Slot? {
    try directory.slot(of: id, in: SnapshotTransaction(transaction.pointee))
  }

  /// Stores vectors under ids, in place of those that the ids may have had. If an id occurs more
  /// than once, its last vector stays. Of many vectors, near ones get slots side by side.
  ///
  /// - Parameters:
  ///   - ids: 1 to 511 bytes each.
  ///   - vectors: one row of the index's dimensions per id, row by row.
  /// - Returns: what was done with each vector, in the order of the vectors.
  /// - Throws: `HNSWError.wrongDimensions`, `.invalidVector`, `.invalidID`, before anything is
  ///   changed; `LMDBError`.
  /// - Complexity: O(log n) a vector, and the index's blocks that hold it and its neighbors.
  @discardableResult
  public func upsert(ids: [String], vectors: [Float]) throws -> [Upserted] {
    let dimensions = configuration.dimensions
    guard vectors.count == ids.count * dimensions else {
      throw HNSWError.wrongDimensions(
        expected: dimensions, found: vectors.count / max(1, ids.count))
    }
    try validate(ids)
    var rows = vectors
    return try rows.withUnsafeMutableBufferPointer { rows in
      guard let base = rows.baseAddress, !ids.isEmpty else { return [] }
      try prepare(base, count: ids.count)
      return try store(ids, base)
    }
  }

  /// Normalises and checks vectors; throws what is wrong with the first that something is wrong
  /// with.
  private func prepare(_ vectors: UnsafeMutablePointer<Float>, count: Int) throws {
    let (configuration, kernels) = (configuration, working.kernels)
    let dimensions = configuration.dimensions
    // Sendable: a row is changed by the one thread that takes it, and threads end before this
    // returns.
    nonisolated(unsafe) let rows = vectors
    let failure = Mutex<(row: Int, error: HNSWError)?>(nil)
    inParallel(0..<count, by: WorkingIndex.storedTogether, threads: threads) { range in
      for row in range {
        do throws(HNSWError) {
          let vector = rows + row * dimensions
          try normalise(vector, dimensions, configuration.metric, row: row, kernels)
          try checkRange(vector, row: row, configuration)
        } catch {
          return failure.withLock { if row < $0?.row ?? .max { $0 = (row, error) } }
        }
      }
    }
    if let (_, error) = failure.withLock({ $0 }) { throw error }
  }

  private func store(
    _ ids: [String], _ rows: UnsafePointer<Float>
  ) throws -> [Upserted] {
    guard working.state.header.slotCount + ids.count < Int(Link.passedFlag) else {
      throw HNSWError.invalidArgument("the index has no slots left; compact it")
    }
    working.calibrate(for: rows, count: ids.count, threads: threads)
    // The last vector of an id must come last.
    let isDistinct = Set(ids).count == ids.count
    var result = [Upserted?](repeating: nil, count: ids.count)
    var rest = ids.indices
    while !rest.isEmpty {
      let some = rest.prefix(working.arrangedTogether(of: rest.count))
      let order =
        isDistinct
        ? working.arranged(some, of: rows, threads: threads, scratch: scratch) : Array(some)
      let first = Slot(working.state.header.slotCount)
      for row in order {
        let replaced = try remove(ids[row])
        let slot = working.append()
        try directory.bind(ids[row], to: slot, in: transaction.pointee)
        result[row] = Upserted(slot: slot, replaced: replaced)
      }
      working.store(rows, order, from: first, threads: threads)
      working.insert(rows, order, from: first, threads: threads, scratch: scratch)
      rest = rest.dropFirst(some.count)
    }
    return result.compactMap(\.self)
  }

  private func validate(_ ids: [String]) throws(HNSWError) {
    for (row, id) in ids.enumerated() where !(1...511).contains(id.utf8.count) {
      throw .invalidID(row: row, reason: "it has \(id.utf8.count) bytes; 1 to 511 are possible")
    }
  }

  /// Removes the vector of an id; returns the slot it had, or `nil` if there was none. O(log n),
  /// and its share of a repair of the graph.
  @discardableResult
  public func delete(_ id: String) throws -> Slot? { try remove(id) }

  private func remove(_ id: String) throws -> Slot? {
    guard let slot = try slot(of: id) else { return nil }
    try directory.unbind(id, from: slot, in: transaction.pointee)
    working.bury(slot)
    return slot
  }
}

/// Refuses what half precision cannot hold.
private func checkRange(
  _ vector: UnsafePointer<Float>, row: Int, _ configuration: IndexConfiguration
) throws(HNSWError) {
  guard configuration.storage == .float16, configuration.metric != .cosine else { return }
  for index in 0..<configuration.dimensions where abs(vector[index]) > 65_504 {
    throw .invalidVector(
      row: row,
      reason: "component \(index) is \(vector[index]), beyond the 65504 that float16 holds")
  }
}
