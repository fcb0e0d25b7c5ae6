internal import CZlib

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The bytes of a file, plain or compressed by gzip, as a window that moves forwards.
///
/// The fence around zlib, which reads both kinds. Used by one thread at a time.
final class ByteSource {
  let path: String
  /// The window: `bytes[start..<end]` is read but not consumed.
  private(set) var bytes: [UInt8]
  private(set) var start = 0
  private(set) var end = 0
  private(set) var isAtEnd = false
  private let file: gzFile

  /// Opens the file.
  ///
  /// - Throws: ``VitrineError/file(path:reason:)``.
  init(path: String, window: Int = 1 << 20) throws(VitrineError) {
    var status = stat()
    guard stat(path, &status) == 0 else { throw .file(path: path, reason: systemMessage()) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw .file(path: path, reason: "is a folder, not a file")
    // What is read here is read more than once.
    default: throw .file(path: path, reason: "is a pipe or a device; give a file")
    }
    guard let file = gzopen(path, "rb") else { throw .file(path: path, reason: systemMessage()) }
    gzbuffer(file, 1 << 17)
    self.path = path
    self.file = file
    bytes = Array(repeating: 0, count: window)
  }

  deinit { gzclose(file) }

  /// Marks the bytes before `position` of the window as done with.
  func consume(to position: Int) { start = position }

  /// The most that a row may have: more is no catalogue, and would fill the memory.
  private static let longestRow = 256 << 20

  /// Reads on, keeping what is not consumed, which may move to the front of the window.
  ///
  /// - Parameter row: the row that begins the window, in a file of rows, which may not be too long.
  /// - Returns: false when the file has no more.
  /// - Throws: ``VitrineError/badData(path:row:column:reason:)`` for a damaged or truncated file,
  ///   or a row that is too long, ``VitrineError/file(path:reason:)`` for one that cannot be read.
  func refill(row: Int? = nil) throws(VitrineError) -> Bool {
    if isAtEnd { return false }
    if let row, end - start > Self.longestRow {
      throw .badData(
        path: path, row: row, column: nil,
        reason: "expected a line break within \(Self.longestRow >> 20) MB, found none")
    }
    if start > 0 {
      bytes.replaceSubrange(0..<end - start, with: bytes[start..<end])
      end -= start
      start = 0
    }
    if end == bytes.count { bytes.append(contentsOf: repeatElement(0, count: bytes.count)) }
    let room = min(bytes.count - end, 1 << 30)
    let read = bytes.withUnsafeMutableBytes {
      gzread(file, $0.baseAddress.map { $0 + end }, UInt32(room))
    }
    var code = Z_OK
    let message = gzerror(file, &code).map { String(cString: $0) } ?? ""
    guard read >= 0, code == Z_OK || code == Z_STREAM_END else {
      if code == Z_ERRNO { throw .file(path: path, reason: systemMessage()) }
      // zlib's message begins with the path.
      let reason = message.replacing("\(path): ", with: "")
      throw .badData(path: path, row: 0, column: nil, reason: reason)
    }
    end += Int(read)
    isAtEnd = read == 0
    return read > 0
  }
}

/// The text of the last failed system call.
func systemMessage() -> String { String(cString: strerror(errno)) }
