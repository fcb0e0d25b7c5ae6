internal import Foundation

/// A file that gets its name when it is complete, and goes if it never is. Used by one thread at a time.
///
/// Until then it lies beside that place as `NAME.partial`, or as `NAME.2.partial` if somebody else is
/// writing the same, so that nobody disturbs another: the one who is done last has the name. What is no
/// file, such as `/dev/null`, is written at once.
final class PartialFile {
  /// Where it is in the end.
  let path: String
  private let place: String
  private let partial: String
  private let handle: FileHandle
  private var buffer = Data()
  private var isWhole = false

  /// - Throws: ``VitrineError/file(path:reason:)`` if it cannot be written there.
  init(path: String) throws(VitrineError) {
    self.path = path
    let found = FileBytes.canonical(path)
    place = found ?? path
    if FileBytes.isFolder(place) { throw .file(path: path, reason: "is a folder") }
    let folder = (place as NSString).deletingLastPathComponent as NSString
    guard !FileBytes.isFile(folder.appendingPathComponent("data.mdb")) else {
      throw .file(path: path, reason: "lies in an index, which may hold nothing else; name another")
    }
    do throws(VitrineError) {
      let file: (path: String, descriptor: Int32)
      if found != nil, !FileBytes.isFile(place) {
        file = (place, try FileBytes.make(place))
      } else {
        file = try FileBytes.makePartial(of: place)
      }
      partial = file.path
      handle = FileHandle(fileDescriptor: file.descriptor, closeOnDealloc: true)
    } catch .file(_, let reason) {
      throw .file(path: path, reason: reason)
    }
  }

  deinit {
    if !isWhole, partial != place { FileBytes.remove(partial) }
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

  /// Writes all to the disk.
  func complete() throws(VitrineError) {
    try flush()
    // What is no file cannot be synced.
    try? handle.synchronize()
  }

  /// Puts the file in its place, all of it.
  func finish() throws(VitrineError) {
    if isWhole { return }
    try complete()
    guard partial == place || rename(partial, place) == 0 else {
      throw VitrineError.file(path: path, reason: systemMessage())
    }
    isWhole = true
  }
}
