import Foundation

/// A directory of its own for a test, removed with it.
final class TemporaryDirectory: Sendable {
  let path: String

  init(in parent: String = NSTemporaryDirectory()) {
    path = (parent as NSString).appendingPathComponent("lmdb-\(UUID().uuidString)")
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func appending(_ name: String) -> String {
    (path as NSString).appendingPathComponent(name)
  }
}
