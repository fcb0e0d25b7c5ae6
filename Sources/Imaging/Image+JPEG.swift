import CJPEG

extension Image {
  /// CMYK data of any flavour is decoded raw and converted here: TurboJPEG does not.
  static func decodeJPEG(
    _ bytes: [UInt8], limits: Limits, for side: Int?
  ) throws(ImagingError) -> Image {
    guard let decoder = tjInitDecompress() else {
      throw .damaged(format: "JPEG", reason: "no memory for a decoder")
    }
    defer { tjDestroy(decoder) }
    var (width, height, subsampling, colours): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
    let header = tjDecompressHeader3(
      decoder, bytes, UInt(bytes.count), &width, &height, &subsampling, &colours)
    try check(header, decoder, bytes)
    if width == 0 || height == 0 { throw .truncated(format: "JPEG") }
    try limits.check(width: Int(width), height: Int(height))
    let scale = reduction(of: Int(min(width, height)), for: side)
    let size = (width: (Int(width) + scale - 1) / scale, height: (Int(height) + scale - 1) / scale)
    let isCMYK = [TJCS_CMYK, TJCS_YCCK].contains { Int32($0.rawValue) == colours }
    let channels = isCMYK ? 4 : 3

    var status: Int32 = 0
    var pixels = [UInt8](unsafeUninitializedCapacity: size.width * size.height * channels) {
      buffer, count in
      status = tjDecompress2(
        decoder, bytes, UInt(bytes.count), buffer.baseAddress, Int32(size.width), 0,
        Int32(size.height), Int32((isCMYK ? TJPF_CMYK : TJPF_RGB).rawValue),
        TJFLAG_LIMITSCANS | (scale == 1 ? TJFLAG_ACCURATEDCT : TJFLAG_FASTDCT))
      count = buffer.count
    }
    try check(status, decoder, bytes)
    if isCMYK { pixels = rgb(invertedCMYK: pixels) }
    return Image(width: size.width, height: size.height, pixels: pixels)
  }

  /// How far libjpeg may scale in the DCT domain, with vector code, so that the resized picture is
  /// as good as the whole one's: the reduced side must be larger than the target by a factor that
  /// grows with the reduction, because the DCT's filter is coarse. At twice the target's size, a
  /// quarter left vectors of 0.998 cosine to the whole picture's where a half left 0.9993.
  private static func reduction(of shortSide: Int, for side: Int?) -> Int {
    guard let side else { return 1 }
    let oversampling = [(8, 4), (4, 3), (2, 2)]
    return oversampling.first { shortSide / $0.0 >= max(1, side) * $0.1 }?.0 ?? 1
  }

  /// Warnings that leave the picture whole. TurboJPEG marks an error that follows a warning as a
  /// warning too, so only these messages may pass.
  private static let harmless = [
    "extraneous bytes", "JFIF revision", "Adobe color transform", "Inconsistent progression",
    "Invalid SOS parameters",
  ]

  private static func check(
    _ status: Int32, _ decoder: tjhandle, _ bytes: [UInt8]
  ) throws(ImagingError) {
    guard status != 0 else { return }
    let message = String(cString: tjGetErrorStr2(decoder))
    if harmless.contains(where: message.contains) {
      // Of what follows the first warning nothing is told.
      if !hasEnd(bytes) { throw .truncated(format: "JPEG") }
      return
    }
    throw message.lowercased().contains("premature end")
      ? .truncated(format: "JPEG") : .damaged(format: "JPEG", reason: message)
  }

  /// Whether an end of the image follows the last beginning of a scan, within which there are no
  /// markers.
  private static func hasEnd(_ bytes: [UInt8]) -> Bool {
    var place = bytes.count - 2
    while place >= 0 {
      if bytes[place] == 0xFF, bytes[place + 1] == 0xD9 { return true }
      if bytes[place] == 0xFF, bytes[place + 1] == 0xDA { return false }
      place -= 1
    }
    return false
  }

  /// Pillow's conversion: Adobe stores 255 minus the ink, and k dims what the inks leave.
  private static func rgb(invertedCMYK cmyk: [UInt8]) -> [UInt8] {
    var rgb = [UInt8](repeating: 0, count: cmyk.count / 4 * 3)
    for i in 0..<(cmyk.count / 4) {
      let light = Int(cmyk[4 * i + 3])
      for channel in 0..<3 {
        let product = (255 - Int(cmyk[4 * i + channel])) * light + 128
        rgb[3 * i + channel] = UInt8(light - ((product >> 8) + product) >> 8)
      }
    }
    return rgb
  }
}
