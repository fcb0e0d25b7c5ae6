import Foundation
import Imaging
import Vitrine

/// Whole files, with errors that name them.
enum WholeFile {
  static func read(_ path: String, atMost most: Int = .max) throws(Failure) -> [UInt8] {
    do throws(VitrineError) {
      return try FileBytes.all(of: path, atMost: most)
    } catch {
      throw Failure(error)
    }
  }

  /// The lines of a text that are not empty.
  static func lines(_ path: String) throws(Failure) -> [String] {
    let bytes = try read(path, atMost: 1 << 30)
    let lines = bytes.split(whereSeparator: { $0 == 10 || $0 == 13 })
    var texts: [String] = []
    for (row, line) in lines.enumerated() {
      guard let text = String(validating: line, as: UTF8.self), !text.contains("\0") else {
        throw .data("\(path), line \(row + 1): expected text in UTF-8, found other bytes")
      }
      if !text.trimmed.isEmpty { texts.append(text) }
    }
    return texts
  }

  /// The bytes of a photograph, or of what passes for one.
  static func photograph(_ path: String) throws(Failure) -> [UInt8] {
    try read(path, atMost: ImageRoot.longest)
  }

  /// A photograph. It is looked at here: what embeds it knows its bytes, but not its name.
  static func readPhotograph(_ path: String) throws(Failure) -> [UInt8] {
    let bytes = try photograph(path)
    do {
      _ = try Image.decode(bytes, for: 224)
    } catch {
      throw .data("\(path): \(error)")
    }
    return bytes
  }

  /// Writes a file at once, so that an older one is never half replaced. What a link leads to is written
  /// and not the link, and what is no file, such as a pipe, gets the bytes as they are.
  static func write(_ bytes: some Sequence<UInt8>, to path: String) throws(Failure) {
    let url = URL(filePath: path).resolvingSymlinksInPath()
    do {
      let found = try? FileManager.default.attributesOfItem(atPath: url.path)[.type]
      switch found as? FileAttributeType {
      case nil, .typeRegular?, .typeDirectory?: try Data(bytes).write(to: url, options: .atomic)
      default: try FileHandle(forWritingTo: url).write(contentsOf: Data(bytes))
      }
    } catch {
      throw .failure("\(path): \(reason(error, path))")
    }
  }

  /// Why a file cannot be written.
  static func reason(_ error: any Error, _ path: String) -> String {
    switch (error as? CocoaError)?.code {
    case .fileReadNoSuchFile, .fileNoSuchFile: "there is no such folder"
    case .fileWriteNoPermission: "permission denied"
    case .fileWriteOutOfSpace: "the disk is full"
    default:
      FileBytes.isFolder(path)
        ? "is a folder, not a file" : (error as NSError).localizedDescription
    }
  }
}
