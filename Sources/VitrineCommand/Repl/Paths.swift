import Foundation
import Vitrine

/// Files and folders as one types them.
enum Paths {
  /// The paths that a beginning may become, folders with a slash behind them. Hidden ones have to be begun
  /// with their dot.
  static func beginning(with typed: String) -> [String] {
    let parent = typed.lastIndex(of: "/").map { String(typed[...$0]) } ?? ""
    let name = typed.dropFirst(parent.count)
    let shown = (parent.isEmpty ? "." : parent as NSString).expandingTildeInPath
    let names = (try? FileManager.default.contentsOfDirectory(atPath: shown)) ?? []
    return names.filter { $0.hasPrefix(name) && (!$0.hasPrefix(".") || name.hasPrefix(".")) }
      .sorted().map { found in
        parent + found + (FileBytes.isFolder(shown + "/" + found) ? "/" : "")
      }
  }
}
