internal import LMDB
import Synchronization

/// Looking up where the blocks of a snapshot lie.
extension BlockTable {
  /// Looks up all blocks that have not been.
  func lookUp() throws {
    try lookUp { tree in Array(0..<tree.leafCount) }
  }

  /// Looks up the blocks of some records, as far as there are such.
  func lookUp(_ records: UnsafeBufferPointer<UInt32>) throws {
    try lookUp { tree in
      records.compactMap { record in
        let block = Int(record) / geometry.recordsPerBlock
        return block < blockCount && blocks[block] == nil ? tree.leaf(of: block) : nil
      }
    }
  }

  /// Looks up the last block, which opening checks.
  func lookUpLast() throws {
    try lookUp { tree in [tree.leaf(of: blockCount - 1)] }
  }

  private func lookUp(_ leaves: (LargeValueTree) -> [Int]) throws {
    guard let tree else { return }
    try lookedUp.withLock { done in
      let wanted = Set(leaves(tree)).filter { !done[$0] }.sorted()
      tree.prefetch(wanted)
      for leaf in wanted {
        try tree.forEachValue(ofLeaf: leaf) { block, bytes in
          if block < blockCount { try place(block, at: bytes) }
        }
        done[leaf] = true
      }
    }
  }

  /// Puts in where a block lies.
  private func place(_ block: Int, at bytes: UnsafeRawBufferPointer) throws(HNSWError) {
    guard let base = bytes.baseAddress, bytes.count == geometry.blockBytes else {
      throw .corrupted(
        "block \(block) of \(geometry.databaseName) has \(bytes.count) bytes, "
          + "not \(geometry.blockBytes)")
    }
    blocks[block] = UnsafeMutablePointer(mutating: base.assumingMemoryBound(to: UInt8.self))
  }
}
