/// What LMDB keeps in front of a value that has pages of its own.
package enum LargeValue {
  /// Whether the number of pages is what a value of that size needs. LMDB believes it when it
  /// replaces or deletes the value: a damaged one would free pages of others.
  ///
  /// - Parameter value: a value of more than half a page, where it lies, that never was larger.
  package static func hasSoundHeader(_ value: UnsafeRawBufferPointer, pageSize: Int) -> Bool {
    guard let base = value.baseAddress else { return false }
    let header = UnsafeRawBufferPointer(
      start: base - TreePage.headerByteCount, count: TreePage.headerByteCount)
    let flags = header.loadUnaligned(fromByteOffset: 10, as: UInt16.self)
    let pages = header.loadUnaligned(fromByteOffset: 12, as: UInt32.self)
    return Int(flags) & TreePage.overflowFlag != 0
      && Int(pages) == (TreePage.headerByteCount - 1 + value.count) / pageSize + 1
  }
}
