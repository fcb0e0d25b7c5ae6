internal import LMDB

/// An index at one moment, lent by ``VectorIndex/withSnapshot(_:_:)``. Not bound to be unchanged
/// on disk: writers go on, and their changes are seen by later snapshots.
public struct Snapshot: ~Copyable {
  let resolved: ResolvedIndex
  let index: VectorIndex
  let transaction: TransactionCore

  init(resolved: ResolvedIndex, index: VectorIndex, transaction: borrowing SnapshotTransaction) {
    self.resolved = resolved
    self.index = index
    self.transaction = transaction.core
  }

  /// Number of vectors.
  public var count: Int { resolved.state.header.liveCount }
  /// Slots given so far: every slot is below.
  public var slotCapacity: Int { resolved.state.header.slotCount }
  /// What the index was made with.
  public var configuration: IndexConfiguration { resolved.configuration }

  /// The slots that hold vectors. O(slots / 64).
  public var slots: SlotSet {
    SlotSet(words: (0..<(slotCapacity + 63) / 64).map { resolved.state.liveWord($0) })
  }

  /// The first slot that holds a vector and is not before `slot`; nil if there is none. O(empty
  /// slots passed / 64).
  public func firstSlot(from slot: Slot) -> Slot? {
    let end = (slotCapacity + 63) / 64
    var index = Int(slot >> 6)
    guard index < end else { return nil }
    var rest = resolved.state.liveWord(index) & (~0 << UInt64(slot & 63))
    while rest == 0 {
      index += 1
      guard index < end else { return nil }
      rest = resolved.state.liveWord(index)
    }
    return Slot(index) << 6 + Slot(rest.trailingZeroBitCount)
  }

  /// Whether a slot holds a vector. O(1).
  public func contains(_ slot: Slot) -> Bool { resolved.state.isLive(slot) }

  /// The slot of an id, or `nil`. O(log n).
  ///
  /// - Throws: `LMDBError`; `HNSWError.corrupted`.
  public func slot(of id: String) throws -> Slot? {
    let txn = SnapshotTransaction(transaction)
    return try SlotDirectory(in: txn)?.slot(of: id, in: txn)
  }

  /// The id of a slot, or `nil`. O(log n).
  ///
  /// - Throws: `LMDBError`; `HNSWError.corrupted`.
  public func id(of slot: Slot) throws -> String? {
    let txn = SnapshotTransaction(transaction)
    return try SlotDirectory(in: txn)?.id(of: slot, in: txn)
  }

  /// Calls `body` with every id that begins with `prefix`, in the order of the ids' bytes, and its
  /// slot, until it returns `false`.
  ///
  /// - Throws: `LMDBError`, and what `body` throws.
  public func forEachID(
    beginning prefix: String = "", _ body: (_ id: String, _ slot: Slot) throws -> Bool
  ) throws {
    let txn = SnapshotTransaction(transaction)
    guard let directory = try SlotDirectory(in: txn) else { return }
    try txn.forEach(in: directory.slots, .prefix(Array(prefix.utf8))) { key, slot in
      let id = String(bytes: key)
      return try body(id, try SlotDirectory.slot(slot, of: id))
    }
  }

  /// The vector of a slot as it is stored (normalised if the metric is cosine; rounded to the
  /// storage's precision), or `nil` if there is none.
  public func vector(of slot: Slot) -> [Float]? {
    guard contains(slot) else { return nil }
    resolved.complete()
    var vector = [Float](repeating: 0, count: configuration.dimensions)
    vector.withUnsafeMutableBufferPointer { vector in
      if let base = vector.baseAddress {
        resolved.state.readVector(slot, into: base, resolved.kernels)
      }
    }
    return vector
  }

  /// Finds the nearest vectors to `query`; never fewer than there are, up to `k`, but for
  /// `maxDistance`. May be called from several threads at once.
  ///
  /// - Throws: `HNSWError.wrongDimensions`, `.invalidVector`, `.invalidArgument`.
  public func search(
    _ query: Span<Float>, _ parameters: SearchParameters = SearchParameters()
  ) throws -> SearchResult {
    try validate(parameters)
    return try query.withUnsafeBufferPointer { query in
      try index.scratch.with { scratch in
        try resolved.load(query, row: 0, scratch)
        resolved.prepare(parameters, scratch)
        defer { scratch.pending = nil }
        return resolved.search(parameters, scratch)
      }
    }
  }

  /// Finds the nearest vectors to `query`.
  ///
  /// - Throws: what ``search(_:_:)`` throws.
  public func search(
    _ query: Span<Float>, k: Int, ef: Int? = nil, filter: SlotSet? = nil, exact: Bool = false,
    maxDistance: Float? = nil
  ) throws -> SearchResult {
    try search(
      query,
      SearchParameters(k: k, ef: ef, filter: filter, exact: exact, maxDistance: maxDistance))
  }

  func validate(_ parameters: SearchParameters) throws {
    let (k, ef) = (parameters.k, parameters.ef ?? 1)
    guard k >= 0, ef >= 1 else {
      throw HNSWError.invalidArgument(
        "k must not be negative and ef at least 1, not \(k) and \(ef)")
    }
  }
}
