/// Where the photographs of a catalogue are: a folder, or a TAR file that is read in place.
///
/// Nothing outside of it is ever opened.
package struct ImageRoot: Sendable {
  /// A photograph that cannot be had, and why.
  package struct Missing: Error, Equatable {
    package let reason: String
  }

  /// A photograph and where it was found below the root.
  package struct Found: Sendable {
    package let path: String
    package let bytes: [UInt8]
  }

  /// The folder or TAR file, as an absolute path.
  package let path: String
  private let tar: TarIndex?

  private static let endings = ["jpg", "jpeg", "png", "webp", "JPG", "JPEG", "PNG", "WEBP"]
  /// No photograph is larger; a file that is was named by mistake.
  package static let longest = 256 << 20

  /// Opens a folder or a TAR file, whose headers are read once.
  ///
  /// - Throws: ``VitrineError`` if it is neither.
  package init(path: String) throws(VitrineError) {
    guard let canonical = FileBytes.canonical(path) else {
      throw .file(path: path, reason: systemMessage())
    }
    self.path = canonical
    tar = FileBytes.isFolder(canonical) ? nil : try TarIndex(path: canonical)
  }

  /// The photograph that a catalogue names or, where it names none, the one that is called as the
  /// product is.
  package func photograph(named name: String?, id: String) throws(Missing) -> Found {
    if let name { return try open(name) }
    let plain = id.replacing("/", with: "_")
    for ending in ImageRoot.endings {
      for candidate in ["\(plain).\(ending)", "images/\(plain).\(ending)"] {
        if let found = try? open(candidate) { return found }
      }
    }
    throw Missing(reason: "no image is named, and there is no \(plain).jpg or the like in \(path)")
  }

  private func open(_ name: String) throws(Missing) -> Found {
    if name.contains("://") {
      throw Missing(reason: "expected a file, found the address \(name); download it first")
    }
    let relative = try inside(name)
    do throws(VitrineError) {
      let found = try read(relative)
      if found.bytes.isEmpty { throw VitrineError.file(path: relative, reason: "is empty") }
      return found
    } catch {
      throw Missing(reason: error.description)
    }
  }

  /// The path below the root.
  private func inside(_ name: String) throws(Missing) -> String {
    var name = name
    let root = (path + "/").utf8
    if name.utf8.starts(with: root) {
      name = String(decoding: name.utf8.dropFirst(root.count), as: UTF8.self)
    }
    let parts = name.split(separator: "/").filter { $0 != "." }
    guard !parts.contains("..") else {
      throw Missing(reason: "\(name): expected a path without .. below \(path)")
    }
    guard !name.hasPrefix("/"), !parts.isEmpty, !name.contains("\0") else {
      throw Missing(reason: "\(name) leads outside of \(path)")
    }
    return parts.joined(separator: "/")
  }

  private func read(_ relative: String) throws(VitrineError) -> Found {
    if let tar {
      guard let (found, member) = tar.find(relative) else {
        throw .file(path: relative, reason: "is not in \(path)")
      }
      try check(member.size, found)
      return Found(path: found, bytes: try tar.bytes(of: member))
    }
    guard let whole = FileBytes.canonical(path + "/" + relative) else {
      throw .file(path: relative, reason: "is not in \(path)")
    }
    guard whole.hasPrefix(path == "/" ? "/" : path + "/") else {
      throw .file(
        path: relative,
        reason:
          "is a link that leads outside of \(path); name the folder of the images itself (--images)"
      )
    }
    let file = try FileBytes(path: whole)
    try check(file.count, relative)
    return Found(path: relative, bytes: try file.read(at: 0, count: file.count))
  }

  private func check(_ size: Int, _ path: String) throws(VitrineError) {
    guard size <= ImageRoot.longest else {
      throw .file(path: path, reason: "expected at most 256 MiB, found \(size) bytes")
    }
  }
}
