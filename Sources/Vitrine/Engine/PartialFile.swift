internal import Foundation

/// A file that gets its name when it is complete, and goes if it never is. Used by one thread at a time.
///
/// Until then it lies beside that place under a name that nobody else has, so that two who write the same
/// file do not disturb each other: the one who is done last has it. What is no file, such as
/// `/dev/null`, is written at once.
final class PartialFile {
  /// Where it is in the end.
  let path: String
  private let partial: String
  private let handle: FileHandle
  private var buffer = Data()
  private var isWhole = false

  /// - Throws: ``VitrineError/file(path:reason:)`` if it cannot be written there.
  init(path: String) throws(VitrineError) {
    self.path = path
    let place = FileBytes.canonical(path) ?? path
    let isThere = FileBytes.canonical(path) != nil
    if isThere, FileBytes.isFolder(path) { throw .file(path: path, reason: "is a folder") }
    partial =
      isThere && !FileBytes.isFile(path)
      ? place : "\(place).\(String(UInt32.random(in: .min ... .max), radix: 36)).partial"
    do throws(VitrineError) {
      handle = FileHandle(fileDescriptor: try FileBytes.make(partial), closeOnDealloc: true)
    } catch .file(_, let reason) {
      throw .file(path: path, reason: reason)
    }
  }

  deinit {
    if !isWhole { FileBytes.remove(partial) }
  }

  func write(_ data: Data) throws(VitrineError) {
    buffer.append(data)
    if buffer.count > 1 << 20 { try flush() }
  }

  /// Writes what is waiting.
  func flush() throws(VitrineError) {
    if buffer.isEmpty { return }
    try FileBytes.append(buffer, to: handle.fileDescriptor, path: path)
    buffer.removeAll(keepingCapacity: true)
  }

  /// Writes all to the disk and puts the file in its place.
  func finish() throws(VitrineError) {
    try flush()
    if isWhole { return }
    // What is no file cannot be synced.
    try? handle.synchronize()
    let place = FileBytes.canonical(path) ?? path
    guard partial == place || rename(partial, place) == 0 else {
      throw VitrineError.file(path: path, reason: systemMessage())
    }
    isWhole = true
  }
}
