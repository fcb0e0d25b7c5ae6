import Foundation
import Vitrine

/// The folder of pictures that a server may read and add to.
struct PictureFolder: Sendable {
  private let root: ImageRoot

  /// - Throws: ``VitrineError/file(path:reason:)`` if there is no such folder.
  init(path: String) throws(VitrineError) {
    root = try ImageRoot(path: path)
  }

  /// The picture at a path below the folder, whatever links and dots the path holds.
  func picture(at path: String?) -> [UInt8]? {
    guard let path else { return nil }
    return try? root.photograph(named: path, id: "").bytes
  }

  /// Keeps an uploaded picture under a name made of its content, so that a file never changes.
  ///
  /// - Returns: its path below the folder, and whether it is new there.
  func keep(_ picture: [UInt8]) throws -> (path: String, isNew: Bool) {
    let content = entityTag(picture).filter { $0 != "\"" }
    let path = "uploads/\(content)-\(picture.count).\(Self.ending(of: picture))"
    let file = URL(filePath: root.path).appending(path: path)
    if FileManager.default.fileExists(atPath: file.path(percentEncoded: false)) {
      return (path, false)
    }
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(picture).write(to: file, options: .atomic)
    return (path, true)
  }

  /// Takes back what was kept for a product that could not be stored.
  func forget(_ path: String) {
    try? FileManager.default.removeItem(at: URL(filePath: root.path).appending(path: path))
  }

  private static func ending(of picture: [UInt8]) -> String {
    switch VitrineServer.mediaType(of: picture) {
    case "image/png": "png"
    case "image/webp": "webp"
    default: "jpg"
    }
  }
}
