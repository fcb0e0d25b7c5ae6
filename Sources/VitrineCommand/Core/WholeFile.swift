import Foundation
import Imaging
import Vitrine

/// Whole files, with errors that name them.
enum WholeFile {
  static func read(_ path: String) throws(Failure) -> [UInt8] {
    do throws(VitrineError) {
      return try FileBytes.all(of: path)
    } catch {
      throw Failure(error)
    }
  }

  /// A photograph. It is looked at here: what embeds it knows its bytes, but not its name.
  static func readPhotograph(_ path: String) throws(Failure) -> [UInt8] {
    let bytes = try read(path)
    do {
      _ = try Image.decode(bytes, for: 224)
    } catch {
      throw .data("\(path): \(error)")
    }
    return bytes
  }

  static func write(_ bytes: some Sequence<UInt8>, to path: String) throws(Failure) {
    do {
      try Data(bytes).write(to: URL(filePath: path), options: .atomic)
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
