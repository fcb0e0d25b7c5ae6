import Foundation

/// A file system of its own, as small as wanted: a mounted tmpfs, which takes Linux and root.
final class SmallDisk {
  let path: String
  private let directory = TemporaryDirectory()

  static let isAvailable = SmallDisk(megabytes: 1) != nil

  init?(megabytes: Int) {
    path = directory.path
    guard run("mount", "-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", path) else { return nil }
  }

  deinit { run("umount", "-l", path) }

  /// Makes it read-only.
  func freeze() -> Bool { run("mount", "-o", "remount,ro", path) }
}

@discardableResult
private func run(_ command: String...) -> Bool {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = command
  process.standardError = FileHandle.nullDevice
  guard (try? process.run()) != nil else { return false }
  process.waitUntilExit()
  return process.terminationStatus == 0
}
