import Foundation
package import Kernels

/// Packed weights on disk: the next process maps them instead of packing, and all processes that
/// use one model share its pages.
///
/// The file is an ``Arena``'s bytes and a trailer that names what they are. It is written under
/// another name and then renamed, so it is never half there. A file that does not fit is ignored
/// and replaced; a directory that cannot be written costs only the packing.
package struct PackedWeightsFile: Sendable {
  private let directory: URL
  private let path: URL
  private let identity: [UInt8]

  /// Files kept in the directory: a few models and precisions.
  private static let mostFiles = 4
  private static let suffix = "packed"
  /// Raise it with every change of the layout.
  private static let version = 3

  /// The file in `directory` for the model of this fingerprint in this format.
  package init(directory: String, fingerprint: String, format: NumberFormat) {
    self.directory = URL(filePath: directory, directoryHint: .isDirectory)
    let name = "\(fingerprint)-\(format).\(Self.suffix)"
    path = self.directory.appending(path: name)
    identity = Array("vitrine packed weights \(Self.version) \(name)".utf8)
  }

  /// Where the user's caches are: `$XDG_CACHE_HOME/vitrine`, `~/.cache/vitrine`, or what the
  /// platform has for it.
  static var standardDirectory: String? {
    FileManager.default.urls(for: .cachesDirectory, in: .userDomainMask).first?
      .appending(path: "vitrine").path
  }

  /// The mapped weights, if they are there and whole.
  func open() -> Arena? {
    guard let file = try? FileHandle(forReadingFrom: path), let size = try? file.seekToEnd(),
      size > identity.count + 8,
      (try? file.seek(toOffset: size - UInt64(identity.count) - 8)) != nil,
      let trailer = try? file.readToEnd(),
      trailer.prefix(identity.count).elementsEqual(identity)
    else { return nil }
    let byteCount = trailer.suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
    guard byteCount == size - UInt64(identity.count) - 8 else { return nil }
    return Arena(mapping: file.fileDescriptor, byteCount: Int(byteCount))
  }

  /// Writes `arena`, and removes the files that were written longest ago if there are too many.
  func save(_ arena: Arena) {
    let temporary = directory.appending(path: "\(UUID().uuidString).tmp")
    let manager = FileManager.default
    do {
      try manager.createDirectory(at: directory, withIntermediateDirectories: true)
      try Data().write(to: temporary)
      let file = try FileHandle(forWritingTo: temporary)
      guard arena.write(to: file.fileDescriptor) else { throw CocoaError(.fileWriteUnknown) }
      let count = withUnsafeBytes(of: UInt64(arena.used).bigEndian) { Array($0) }
      try file.write(contentsOf: Data(identity + count))
      try file.close()
      guard rename(temporary.path, path.path) == 0 else { throw CocoaError(.fileWriteUnknown) }
      removeOldest()
    } catch {
      try? manager.removeItem(at: temporary)
    }
  }

  private func removeOldest() {
    let keys: Set<URLResourceKey> = [.contentModificationDateKey]
    let files = try? FileManager.default.contentsOfDirectory(
      at: directory, includingPropertiesForKeys: Array(keys))
    func date(_ file: URL) -> Date {
      (try? file.resourceValues(forKeys: keys).contentModificationDate) ?? .distantPast
    }
    let packed = (files ?? []).filter { $0.pathExtension == Self.suffix }
    for file in packed.sorted(by: { date($0) > date($1) }).dropFirst(Self.mostFiles) {
      try? FileManager.default.removeItem(at: file)
    }
  }
}
