/// A picture of 8-bit RGB pixels, upright, without transparency.
public struct Image: Sendable {
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// Red, green, blue of each pixel, row by row from the top: `3 · width · height` bytes.
  public let pixels: [UInt8]

  /// A picture of given pixels.
  ///
  /// - Precondition: `pixels.count == 3 * width * height`, both sizes at least 1.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(width > 0 && height > 0 && pixels.count == 3 * width * height)
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// What a decoder may spend on one picture.
  public struct Limits: Sendable, Equatable {
    /// Most pixels that a header may claim. The default takes the largest cameras and keeps the
    /// worst case, a progressive JPEG, below a gigabyte.
    public var maximumPixels: Int

    /// The given limits, or the default ones.
    public init(maximumPixels: Int = 110_000_000) { self.maximumPixels = maximumPixels }
  }

  /// Decodes a JPEG, PNG or WebP file, told apart by content.
  ///
  /// The EXIF orientation is applied, transparency is composed on white, 16-bit samples keep their
  /// upper byte, CMYK is converted as Pillow converts it. Memory is allocated only after the header
  /// was found within `limits`. Truncated files are refused. Safe on hostile bytes, from any
  /// thread.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - side: what the shorter side will be resized to, which permits a large JPEG to be decoded
  ///     at 1/2, 1/4 or 1/8 of its size; `nil` asks for every pixel.
  /// - Throws: ``ImagingError``.
  /// - Complexity: O(pixels).
  public static func decode(
    _ bytes: [UInt8], limits: Limits = Limits(), for side: Int? = nil
  ) throws(ImagingError) -> Image {
    let format = try Format(of: bytes)
    let decoded =
      switch format {
      case .jpeg: try decodeJPEG(bytes, limits: limits, for: side)
      case .png: try decodePNG(bytes, limits: limits)
      case .webp: try decodeWebP(bytes, limits: limits)
      }
    return decoded.oriented(Orientation(of: bytes, format: format))
  }
}

extension Image.Limits {
  /// Refuses sizes without pixels and sizes beyond the limit.
  func check(width: Int, height: Int) throws(ImagingError) {
    let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
    guard width > 0, height > 0, !overflow, pixels <= maximumPixels else {
      throw .size(width: width, height: height, limit: maximumPixels)
    }
  }
}
