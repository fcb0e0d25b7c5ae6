import Foundation

/// A file system of its own, as small as wanted: a mounted tmpfs, which takes Linux and root.
public final class SmallDisk {
  private let directory = TemporaryDirectory()

  /// Whether such a file system can be had here.
  public static let isAvailable = SmallDisk(bytes: 1 << 20) != nil

  /// Where it is mounted.
  public var path: String { directory.path }

  /// Mounts one of this size; `nil` if that cannot be done here.
  public init?(bytes: Int) {
    let isMounted = run("mount", "-t", "tmpfs", "-o", "size=\(bytes)", "tmpfs", directory.path)
    guard isMounted else { return nil }
  }

  deinit { run("umount", "-l", path) }

  /// Makes it read-only.
  public func freeze() -> Bool { run("mount", "-o", "remount,ro", path) }
}

@discardableResult
private func run(_ command: String...) -> Bool {
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = command
  process.standardError = FileHandle.nullDevice
  guard (try? process.run()) != nil else { return false }
  process.waitUntilExit()
  return process.terminationStatus == 0
}
