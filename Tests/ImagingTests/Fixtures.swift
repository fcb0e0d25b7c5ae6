import Foundation
import Imaging
import Testing

/// Pictures made by `Tools/goldens/make_images.py`, and the pixels that Pillow finds in them.
enum Fixtures {
  static func bytes(_ name: String) throws -> [UInt8] {
    let directory = try #require(Bundle.module.resourceURL).appending(path: "Fixtures")
    return [UInt8](try Data(contentsOf: directory.appending(path: name)))
  }

  /// The upright pixels that decoding `name` must give.
  static func pixels(_ name: String) throws -> [UInt8] { try bytes(name + ".rgb") }

  static func floats(_ name: String) throws -> [Float] {
    try bytes(name).withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
  }

  static let jpegs =
    ["baseline", "full-chroma", "progressive", "grey", "cmyk", "ycck"].map { $0 + ".jpg" }
    + (1...8).map { "exif-\($0).jpg" }
  static let pngs = [
    "rgb", "rgba", "grey", "bilevel", "grey-alpha", "palette", "palette-transparent", "rgb-16",
    "grey-16", "interlaced", "interlaced-rgba", "exif-6", "one-pixel", "photo",
  ].map { $0 + ".png" }
  static let webps = ["lossy", "lossless", "alpha", "exif-8"].map { $0 + ".webp" }
  static let all = jpegs + pngs + webps
}
