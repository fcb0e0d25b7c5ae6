import Foundation
import Synchronization
import Vitrine

/// The folder of pictures that a server may read and add to.
final class PictureFolder: Sendable {
  /// Of uploads of one picture: how many are under way, and whether it stays.
  private struct Use {
    var count: Int
    var stays: Bool
  }

  private let root: ImageRoot
  /// By path.
  private let uses = Mutex<[String: Use]>([:])

  /// - Throws: ``VitrineError/file(path:reason:)`` if there is no such folder.
  init(path: String) throws(VitrineError) {
    root = try ImageRoot(path: path)
  }

  /// The picture at a path below the folder, whatever links and dots the path holds.
  func picture(at path: String?) -> [UInt8]? {
    guard let path else { return nil }
    return try? root.photograph(named: path, id: "").bytes
  }

  /// Keeps an uploaded picture under a name made of its content, so that a file never changes. Until
  /// ``settle(_:isStored:)`` nobody else's failure takes it away.
  ///
  /// - Returns: its path below the folder.
  func keep(_ picture: [UInt8]) throws -> String {
    let content = entityTag(picture).filter { $0 != "\"" }
    let name = "uploads/\(content)-\(picture.count)"
    return try uses.withLock { uses in
      var path = "\(name).\(Self.ending(of: picture))"
      var number = 1
      while let other = self.picture(at: path), other != picture {
        number += 1
        path = "\(name)-\(number).\(Self.ending(of: picture))"
      }
      let file = file(at: path)
      let isThere = FileManager.default.fileExists(atPath: file.path(percentEncoded: false))
      if !isThere {
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(picture).write(to: file, options: .atomic)
      }
      uses[path, default: Use(count: 0, stays: isThere)].count += 1
      return path
    }
  }

  /// Ends an upload. A picture that is new and was kept for products that could not be stored goes again.
  func settle(_ path: String, isStored: Bool) {
    uses.withLock { uses in
      guard var use = uses[path] else { return }
      use.count -= 1
      use.stays = use.stays || isStored
      uses[path] = use.count > 0 ? use : nil
      if use.count == 0, !use.stays { try? FileManager.default.removeItem(at: file(at: path)) }
    }
  }

  private func file(at path: String) -> URL { URL(filePath: root.path).appending(path: path) }

  private static func ending(of picture: [UInt8]) -> String {
    switch VitrineServer.mediaType(of: picture) {
    case "image/png": "png"
    case "image/webp": "webp"
    default: "jpg"
    }
  }
}
