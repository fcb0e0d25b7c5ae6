import Foundation

/// The small model that ships with Vitrine, so that the first run needs no download.
///
/// An ordinary Hugging Face CLIP directory; its `README.md` says what it was trained on and how
/// well it does. It is not FashionCLIP.
public enum BundledModel {
  /// The path of the model's directory. O(1); callable from any thread.
  public static var directory: String {
    (Bundle.module.resourcePath ?? Bundle.module.bundlePath) + "/model"
  }
}
