public import Foundation

/// A directory of its own, removed with this value.
///
/// A value may go after its last use: whoever needs the path for longer has to hold the directory.
public final class TemporaryDirectory: Sendable {
  /// Where the directory is.
  public let path: String

  /// An empty directory. One that cannot be made is an error of the first that uses it.
  public init() {
    path = FileManager.default.temporaryDirectory.appending(path: "vitrine-\(UUID())").path
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  /// A directory with these files, by their names.
  public convenience init(_ files: [String: Data]) throws {
    self.init()
    for (name, data) in files { try write(data, to: name) }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a file in the directory, which need not be there.
  public func appending(_ name: String) -> String { path + "/" + name }

  /// Writes a file, with the folders that it is in, and returns its path.
  @discardableResult
  public func write(_ data: Data, to name: String) throws -> String {
    let file = URL(filePath: appending(name))
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: file)
    return appending(name)
  }

  /// Writes bytes and returns the file's path.
  @discardableResult
  public func write(_ bytes: [UInt8], to name: String) throws -> String {
    try write(Data(bytes), to: name)
  }

  /// Writes a text as UTF-8 and returns the file's path.
  @discardableResult
  public func write(_ text: String, to name: String) throws -> String {
    try write(Data(text.utf8), to: name)
  }
}
