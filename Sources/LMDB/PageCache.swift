#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// What of a map is in memory. Only hints: nothing depends on them but time.
package enum PageCache {
  private static let pageSize = UInt(getpagesize())

  /// Has the system read the pages of some mapped bytes without waiting for them.
  package static func fetch(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress else { return }
    let first = UInt(bitPattern: base) / pageSize * pageSize
    let count = UInt(bitPattern: base) + UInt(bytes.count) - first
    madvise(UnsafeMutableRawPointer(bitPattern: first), Int(count), MADV_WILLNEED)
  }

  /// Whether the page of a mapped address is in memory; `true` where the system does not tell.
  package static func holds(_ address: UnsafeRawPointer) -> Bool {
    #if os(Linux)
      let page = UInt(bitPattern: address) / pageSize * pageSize
      var residence: UInt8 = 1
      guard mincore(UnsafeMutableRawPointer(bitPattern: page), 1, &residence) == 0 else {
        return true
      }
      return residence & 1 == 1
    #else
      return true
    #endif
  }
}
