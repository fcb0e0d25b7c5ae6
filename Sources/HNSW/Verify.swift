internal import Kernels
public import LMDB

/// A defect of an index.
public struct Finding: Sendable, Hashable, CustomStringConvertible {
  /// What is wrong, and where.
  public let description: String
}

extension VectorIndex {
  /// Reads the whole index and reports what is not as it should be: checksums of all blocks, ids
  /// and slots that do not match each other, codes without their norm, links to nowhere, vectors
  /// that no search can reach. O(index). An empty list means that all is well.
  ///
  /// - Throws: `LMDBError` if the environment itself cannot be read.
  public func verify(_ txn: borrowing ReadTransaction) throws -> [Finding] {
    let core = SnapshotTransaction(txn)
    do {
      let header = try header(in: core)
      let state = try IndexState(header: header, in: core)
      var findings = state.blockDefects()
      // What damaged blocks say is not worth following.
      if findings.isEmpty { findings = state.graphDefects(state.graph(kernels)) }
      return try findings + directoryDefects(state, in: core)
    } catch let error as HNSWError {
      return [Finding(description: error.description)]
    }
  }

  /// Ids and slots must name each other, and exactly the live slots.
  private func directoryDefects(
    _ state: IndexState, in txn: borrowing SnapshotTransaction
  ) throws -> [Finding] {
    guard let directory = try SlotDirectory(in: txn) else {
      return state.header.liveCount == 0
        ? [] : [Finding(description: "the index has vectors but no ids")]
    }
    var findings: [Finding] = []
    var count = 0
    try txn.forEach(in: directory.slots) { key, _ in
      let id = String(bytes: key)
      count += 1
      guard let slot = try directory.slot(of: id, in: txn), state.isLive(slot),
        try directory.id(of: slot, in: txn) == id
      else {
        findings.append(Finding(description: "id “\(id)” and its slot do not match"))
        return findings.count < 100
      }
      return true
    }
    if findings.isEmpty, count != state.header.liveCount {
      findings.append(
        Finding(description: "\(count) ids for \(state.header.liveCount) vectors"))
    }
    return findings
  }
}

extension Snapshot {
  /// Checks every block of the index against its checksum, at the speed of memory, before all of it
  /// is read.
  ///
  /// - Throws: `HNSWError.corrupted` with the first that does not match.
  public func checkBlocks() throws {
    resolved.complete()
    if let defect = resolved.state.blockDefects().first {
      throw HNSWError.corrupted(defect.description)
    }
  }
}

extension IndexState {
  func blockDefects() -> [Finding] {
    tables.flatMap { table in
      (0..<table.blockCount).compactMap { defect(in: table, $0).map(Finding.init) }
    }
  }

  fileprivate func graphDefects(_ graph: Graph) -> [Finding] {
    var problems: [String] = []
    let live = (0..<(header.slotCount + 63) / 64).reduce(0) {
      $0 + liveWord($1).nonzeroBitCount
    }
    if live != header.liveCount {
      problems.append("the header counts \(header.liveCount) vectors and the bitmap \(live)")
    }
    for slot in 0..<header.slotCount where !hasRightNorm(slot, graph) {
      problems.append("the code of slot \(slot) does not have the norm that is stored for it")
    }
    for (number, level) in graph.levels.enumerated() {
      problems += linkDefects(level, number)
    }
    if problems.isEmpty {
      problems = unreachable(graph).map { "slot \($0) cannot be reached" }
    }
    return problems.prefix(100).map(Finding.init)
  }

  private func hasRightNorm(_ slot: Int, _ graph: Graph) -> Bool {
    var components = [UInt8](repeating: 0, count: configuration.codeBytes)
    let (upper, lower) = code(slot)
    graph.kernels.components(upper: upper, lower: lower, components.count, into: &components)
    let used = components.prefix(configuration.dimensions)
    let norm = used.reduce(into: Int32(0)) { sum, component in
      let value = Int32(component) - 128
      sum += value * value
    }
    return norm == codes.norm(slot)
  }

  /// Lists must end with their first empty link, and lead to nodes of their level alone.
  private func linkDefects(_ level: GraphLevel, _ number: Int) -> [String] {
    (0..<level.count).flatMap { position -> [String] in
      let (links, degree) = (level.links(position), level.degree(position))
      let place = "level \(number), position \(position)"
      if (degree..<level.capacity).contains(where: { links[$0] != Link.none }) {
        return ["\(place): a link leads to a node that does not exist"]
      }
      guard level.isUpper, level.slot(position) != noSlot else { return [] }
      if level.slot(position) >= header.slotCount
        || (0..<degree).contains(where: {
          level.neighborSlots(position)[$0] != level.slot(Link.position(links[$0]))
        })
      {
        return ["\(place): a slot is not that of its position"]
      }
      return []
    }
  }
}
