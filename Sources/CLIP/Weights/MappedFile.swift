#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file mapped read-only: its pages are loaded when touched and shared between processes.
final class MappedFile: @unchecked Sendable {
  // Sendable: the bytes are never written and live as long as the object.
  let path: String
  let bytes: UnsafeRawBufferPointer

  init(path: String) throws(ModelError) {
    // A pipe that nobody writes to must not hold anybody up.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .unreadable(path: path, reason: Self.lastError) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw .unreadable(path: path, reason: Self.lastError)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(path: path, reason: "not a file")
    }
    let size = Int(status.st_size)
    guard size > 0 else {
      self.path = path
      self.bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED
    else { throw .unreadable(path: path, reason: Self.lastError) }
    self.path = path
    self.bytes = UnsafeRawBufferPointer(start: start, count: size)
  }

  deinit {
    if let start = bytes.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: start), bytes.count)
    }
  }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  private static var lastError: String { String(cString: strerror(errno)) }
}
