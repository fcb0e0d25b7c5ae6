/// Looking for damage.
extension IndexState {
  /// Checks the last block of every kind, which nearly every change rewrites.
  func checkSample() throws {
    for table in tables where table.blockCount > 0 { try table.lookUpLast() }
    for table in tables { table.fetchLast() }
    for table in tables where table.blockCount > 0 {
      if let defect = defect(in: table, table.blockCount - 1) { throw HNSWError.corrupted(defect) }
    }
  }

  /// What is wrong with a block, or `nil`.
  func defect(in table: BlockTable, _ block: Int) -> String? {
    table.blocks[block].flatMap {
      BlockHeader.defect(in: $0, table.geometry, number: block)
    }
  }
}
