import Foundation

/// The small model that ships with Vitrine, so that the first run needs no download.
///
/// An ordinary Hugging Face CLIP directory; its `README.md` says what it was trained on and how
/// well it does. It is not FashionCLIP.
public enum BundledModel {
  /// Where the model lies: beside the executable, where the package manager puts resources, or
  /// below `share/vitrine` of an installation. The first of these places if it is at none.
  ///
  /// `Bundle.module` would end the process where the resources were left behind.
  public static var directory: String {
    let executable = Bundle.main.executableURL?.resolvingSymlinksInPath()
      .deletingLastPathComponent()
    let homes = [executable, Bundle.main.resourceURL, Bundle.main.bundleURL].compactMap(\.self)
    let places = homes.flatMap { home in
      [
        "vitrine_BundledModel.resources/model", "vitrine_BundledModel.bundle/model",
        "../share/vitrine/model",
      ].map { home.appending(path: $0).standardizedFileURL.path }
    }
    return places.first { FileManager.default.fileExists(atPath: $0 + "/config.json") }
      ?? places.first ?? "model"
  }
}
