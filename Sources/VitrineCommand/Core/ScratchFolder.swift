import Foundation

/// A folder of one's own for files that other programs look at. It goes with its owner.
final class ScratchFolder: Sendable {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "vitrine-\(UUID())")

  /// The folder, which is made when it is first written to.
  var path: String { folder.path }

  /// Where to write a file, in a folder that nobody else reads.
  func file(named name: String) throws -> URL {
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    return folder.appending(path: name)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }
}
