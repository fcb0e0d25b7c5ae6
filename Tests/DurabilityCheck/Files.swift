import Foundation
import HNSW
import LMDB
import TestSupport

/// A directory that is removed with this value.
final class ScratchDirectory {
  let path = NSTemporaryDirectory() + "/vitrine-durability-\(UUID().uuidString)"

  init() {
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// The data file of an index without free pages, written again and again with damage.
struct DamagedFile {
  let bytes: Data
  private let url: URL
  private let pageSize = Int(getpagesize())
  /// The pages of B-trees: they begin with their own number, and the mark of a branch or a leaf.
  private let treePages: [Int]

  init(of path: String) throws {
    url = URL(fileURLWithPath: path + "/data.mdb")
    bytes = try Data(contentsOf: url)
    treePages = (2..<bytes.count / pageSize).filter { [bytes, pageSize] page in
      let start = page * pageSize
      let number = (0..<8).reduce(0) { $0 | Int(bytes[start + $1]) << (8 * $1) }
      return number == page && (1...2).contains(bytes[start + 10])
    }
  }

  /// Writes the file anew with a change.
  func write(_ damage: (inout Data) -> Void) throws {
    var changed = bytes
    damage(&changed)
    try changed.write(to: url)
  }

  /// A bit of any page, or of those that liblmdb follows.
  func randomBit(inTree: Bool, using generator: inout SplitMix) -> (page: Int, bit: Int) {
    let page =
      inTree
      ? treePages[Int.random(in: 0..<treePages.count, using: &generator)]
      : Int.random(in: 0..<bytes.count / pageSize, using: &generator)
    return (page, Int.random(in: 0..<8 * pageSize, using: &generator))
  }

  /// Writes the file with one bit changed.
  func flip(page: Int, bit: Int) throws {
    try write { $0[page * pageSize + bit / 8] ^= 1 << (bit % 8) }
  }
}

/// A file system of a given size, where this process may mount one.
final class SmallDisk {
  private let directory = ScratchDirectory()
  var path: String { directory.path }

  init?(bytes: Int) {
    let mounted = run("mount", "-t", "tmpfs", "-o", "size=\(bytes)", "tmpfs", directory.path)
    guard mounted else { return nil }
  }

  deinit { run("umount", "-l", path) }
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
