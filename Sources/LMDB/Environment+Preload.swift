#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

extension Environment {
  /// Reads the whole file into memory in the largest pieces that the system has, so that no reader
  /// waits for the disk, and few for the processor's tables of pages: huge pages, where the system
  /// has them for files. What was in memory before stays as it is. A hint: failures are of no
  /// consequence but for time.
  public func preload() {
    let file = open("\(path)/data.mdb", O_RDONLY)
    guard file >= 0 else { return }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_size > 0 else { return }
    let size = Int(status.st_size)
    // A map of its own: what is read serves every map of the file.
    guard let map = mmap(nil, size, PROT_READ, MAP_SHARED, file, 0), map != MAP_FAILED else {
      return
    }
    defer { munmap(map, size) }
    #if os(Linux)
      madvise(map, size, MADV_HUGEPAGE)
      let populateForReading: Int32 = 22  // MADV_POPULATE_READ, newer than some headers
      if madvise(map, size, populateForReading) == 0 { return }
    #endif
    madvise(map, size, MADV_WILLNEED)
  }
}
