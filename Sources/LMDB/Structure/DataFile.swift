import CLMDB

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The data file, read page by page with `pread`. Unlike the map, a file that is damaged or too
/// short then costs an error and not the process.
final class DataFile: Sendable {
  let path: String
  private let descriptor: Int32
  private let ownsDescriptor: Bool

  /// Opens the data file of an environment; `nil` if there is none.
  init?(environment: String) throws(LMDBError) {
    path = environment + "/data.mdb"
    ownsDescriptor = true
    // To open a pipe would wait for whoever writes to it.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    if descriptor < 0, errno == ENOENT { return nil }
    guard descriptor >= 0 else {
      throw LMDBError(status: errno, operation: "open", path: path)
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw LMDBError(.invalid, operation: "open", path: path, reason: "it is no file")
    }
    expectScatteredReads()
  }

  /// The file that an environment has open, whatever has come to be in its place. Not to be kept
  /// longer than the environment.
  init(of environment: Environment) {
    path = environment.path + "/data.mdb"
    ownsDescriptor = false
    var found: mdb_filehandle_t = -1
    mdb_env_get_fd(environment.handle, &found)
    descriptor = found
    expectScatteredReads()
  }

  /// Has the system read only the pages that are asked for. What it would read beyond, it marks:
  /// when one of those is touched later, megabytes more are read, for which the first search would
  /// have to wait.
  private func expectScatteredReads() {
    #if os(Linux)
      posix_fadvise(descriptor, 0, 0, POSIX_FADV_RANDOM)
    #endif
  }

  deinit {
    if ownsDescriptor, descriptor >= 0 { close(descriptor) }
  }

  /// Asks for pages that are about to be read, so that the disk fetches them together.
  func prefetch(_ pages: some Sequence<Int>, pageSize: Int) {
    #if os(Linux)
      for page in pages {
        posix_fadvise(
          descriptor, off_t(page * pageSize), off_t(pageSize), POSIX_FADV_WILLNEED)
      }
    #endif
  }

  var byteCount: Int {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
  }

  /// Bytes from `offset` on: fewer than asked for at the end of the file or after an error.
  func read(at offset: Int, count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      while initialized < count {
        let rest = UnsafeMutableRawBufferPointer(buffer)[initialized...]
        let read = pread(
          descriptor, UnsafeMutableRawBufferPointer(rebasing: rest).baseAddress,
          count - initialized, off_t(offset + initialized))
        if read < 0, errno == EINTR { continue }
        if read <= 0 { break }
        initialized += read
      }
    }
  }
}

extension [UInt8] {
  /// Unsigned integers of the machine's order, as LMDB stores them.
  func integer16(at offset: Int) -> Int {
    Int(span.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
  }

  func integer32(at offset: Int) -> Int {
    Int(span.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  /// Values beyond `Int.max` become `Int.max`: no count or page number is that large.
  func integer64(at offset: Int) -> Int {
    Int(clamping: span.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }
}
