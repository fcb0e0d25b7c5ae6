/// What LMDB keeps in front of a value that has pages of its own.
package enum LargeValue {
  /// Whether the number of pages is what a value of that size needs. LMDB believes it when it
  /// replaces or deletes the value: a damaged one would free pages of others.
  ///
  /// - Parameter value: a value of more than half a page, where it lies, that never was larger.
  package static func hasSoundHeader(_ value: UnsafeRawBufferPointer, pageSize: Int) -> Bool {
    pages(of: value) == (TreePage.headerByteCount - 1 + value.count) / pageSize + 1
  }

  /// Whether a value that cannot lie in a leaf has pages enough.
  static func hasRoom(_ value: UnsafeRawBufferPointer, pageSize: Int) -> Bool {
    guard let pages = pages(of: value) else { return false }
    return TreePage.headerByteCount + value.count <= pages * pageSize
  }

  /// The pages of a value, as their header tells; nil if none is in front of it. In front of every
  /// value there is as much of a page.
  private static func pages(of value: UnsafeRawBufferPointer) -> Int? {
    guard let base = value.baseAddress else { return nil }
    let header = UnsafeRawBufferPointer(
      start: base - TreePage.headerByteCount, count: TreePage.headerByteCount)
    let flags = header.loadUnaligned(fromByteOffset: 10, as: UInt16.self)
    // A page that was changed has flags of its own beside.
    guard flags & 0x0FEF == TreePage.overflowFlag else { return nil }
    return Int(header.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
  }
}
