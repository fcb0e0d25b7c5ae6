internal import Foundation

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A file open for reading at any place, from any thread.
///
/// The fence around the system's calls on files.
package final class FileBytes: Sendable {
  let path: String
  /// Bytes in the file when it was opened.
  let count: Int
  private let descriptor: Int32

  /// Opens a regular file.
  ///
  /// - Throws: ``VitrineError/file(path:reason:)``.
  init(path: String) throws(VitrineError) {
    // A pipe that nobody writes to must not hold anybody up.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
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

  /// All bytes of a file or of a pipe, which may not have more than `most`.
  package static func all(of path: String, atMost most: Int = .max) throws(VitrineError) -> [UInt8]
  {
    guard let file = fopen(path, "rb") else {
      throw .file(path: path, reason: errno == ENOENT ? "there is no such file" : systemMessage())
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    var count = fread(&part, 1, part.count, file)
    while count > 0 {
      bytes += part[..<count]
      guard bytes.count <= most else {
        throw .file(path: path, reason: "is larger than the \(most >> 20) MB that are taken")
      }
      count = fread(&part, 1, part.count, file)
    }
    guard ferror(file) == 0 else {
      throw .file(
        path: path, reason: errno == EISDIR ? "is a folder, not a file" : systemMessage())
    }
    return bytes
  }

  /// The path without links, `.` and `..`; nil if nothing is there.
  static func canonical(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Whether a path is a folder.
  package static func isFolder(_ path: String) -> Bool { kind(of: path) == S_IFDIR }

  /// Whether a path is a file that holds bytes of its own.
  static func isFile(_ path: String) -> Bool { kind(of: path) == S_IFREG }

  /// What is at a path, as the file system calls it; nil if nothing is.
  private static func kind(of path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
  }

  /// Makes an empty file, in the place of what an older one holds, and opens it for writing.
  static func make(_ path: String) throws(VitrineError) -> Int32 {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw .file(path: path, reason: errno == ENOENT ? "there is no such folder" : systemMessage())
    }
    return descriptor
  }

  /// Makes an empty file for what shall become the file of a path, beside it: `PATH.partial`, or the next
  /// name of which nobody holds the file. What somebody who was killed has left is taken over.
  static func makePartial(of path: String) throws(VitrineError) -> (
    path: String, descriptor: Int32
  ) {
    for number in 1...100 {
      let name = number == 1 ? "\(path).partial" : "\(path).\(number).partial"
      let descriptor = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else {
        throw .file(
          path: path, reason: errno == ENOENT ? "there is no such folder" : systemMessage())
      }
      // Not every file system has locks.
      let isFree = flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK
      // Its owner may have given it its name between the two.
      if isFree, isSame(descriptor, name), ftruncate(descriptor, 0) == 0 {
        return (name, descriptor)
      }
      close(descriptor)
    }
    throw .file(path: path, reason: "a hundred others are writing it")
  }

  /// Whether an open file is the one of a path.
  private static func isSame(_ descriptor: Int32, _ path: String) -> Bool {
    var (opened, named) = (stat(), stat())
    return fstat(descriptor, &opened) == 0 && stat(path, &named) == 0
      && opened.st_ino == named.st_ino && opened.st_dev == named.st_dev
  }

  /// Writes bytes to an open file.
  static func append(_ bytes: Data, to descriptor: Int32, path: String) throws(VitrineError) {
    var failure: String?
    bytes.withUnsafeBytes { buffer in
      var rest = buffer[...]
      while !rest.isEmpty, failure == nil {
        let written = write(
          descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if written > 0 {
          rest = rest.dropFirst(written)
        } else if errno != EINTR {
          failure = errno == ENOSPC ? "the disk is full" : systemMessage()
        }
      }
    }
    if let failure { throw .file(path: path, reason: failure) }
  }

  /// Removes a file, but nothing that is none, such as `/dev/null`.
  static func remove(_ path: String) {
    if kind(of: path) == S_IFREG { unlink(path) }
  }

  /// Makes a folder and those above it, where they are missing.
  package static func makeFolder(_ path: String) throws(VitrineError) {
    if isFolder(path) { return }
    if let slash = path.lastIndex(of: "/"), slash > path.startIndex {
      try makeFolder(String(path[..<slash]))
    }
    guard mkdir(path, 0o777) == 0 || errno == EEXIST && isFolder(path) else {
      throw .file(
        path: path, reason: errno == EEXIST ? "is a file, not a folder" : systemMessage())
    }
  }
}

/// A folder that one at a time writes to, in all processes; free again with its owner.
final class FolderLock {
  private let descriptor: Int32

  /// - Throws: ``VitrineError/file(path:reason:)`` if somebody else writes there.
  init(_ path: String) throws(VitrineError) {
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .file(path: path, reason: systemMessage()) }
    // Not every file system has locks.
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
      close(descriptor)
      throw .file(path: path, reason: "another export is being written there")
    }
  }

  deinit { close(descriptor) }
}

extension [Int] {
  /// The product of sizes that a file states; nil where it is more than can be counted.
  var product: Int? {
    var product = 1
    for size in self {
      let (next, overflows) = product.multipliedReportingOverflow(by: size)
      if overflows { return nil }
      product = next
    }
    return product
  }
}
