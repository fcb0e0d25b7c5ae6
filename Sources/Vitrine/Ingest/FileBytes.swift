#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A file open for reading at any place, from any thread.
///
/// The fence around the system's calls on files.
final class FileBytes: Sendable {
  let path: String
  /// Bytes in the file when it was opened.
  let count: Int
  private let descriptor: Int32

  /// Opens a regular file.
  ///
  /// - Throws: ``VitrineError/file(path:reason:)``.
  init(path: String) throws(VitrineError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .file(path: path, reason: systemMessage()) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .file(path: path, reason: "is not a file")
    }
    self.path = path
    self.descriptor = descriptor
    count = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// The bytes of a range, fewer only if the file ends before it does.
  func read(at offset: Int, count: Int) throws(VitrineError) -> [UInt8] {
    var failure: String?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let read = pread(
          descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, off_t(offset + filled)
        )
        if read < 0, errno == EINTR { continue }
        if read < 0 { failure = systemMessage() }
        if read <= 0 { break }
        filled += read
      }
    }
    if let failure { throw .file(path: path, reason: failure) }
    return bytes
  }

  /// The path without links, `.` and `..`; nil if nothing is there.
  static func canonical(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Whether a path is a folder.
  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
