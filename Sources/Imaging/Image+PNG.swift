import CPNG

extension Image {
  static func decodePNG(_ bytes: [UInt8], limits: Limits) throws(ImagingError) -> Image {
    var (width, height): (UInt32, UInt32) = (0, 0)
    var hasAlpha: Int32 = 0
    try readPNG(bytes) { cpng_header(&$0, &width, &height, &hasAlpha) }
    let size = (width: Int(width), height: Int(height))
    try limits.check(width: size.width, height: size.height)
    let stride = size.width * (hasAlpha == 0 ? 3 : 4)
    var pixels = [UInt8](repeating: 0, count: stride * size.height)
    try readPNG(bytes) { source in
      pixels.withUnsafeMutableBufferPointer { buffer in
        let rows = (0..<size.height).map { row in
          buffer.baseAddress.map { $0 + row * stride }
        }
        return cpng_decode(&source, hasAlpha, rows)
      }
    }
    if hasAlpha != 0 { composeOnWhite(&pixels) }
    return Image(width: size.width, height: size.height, pixels: pixels)
  }

  private static func readPNG(
    _ bytes: [UInt8], _ body: (inout cpng_source) -> Int32
  ) throws(ImagingError) {
    let (succeeded, message) = bytes.withUnsafeBufferPointer { buffer in
      var source = cpng_source()
      source.bytes = buffer.baseAddress
      source.count = buffer.count
      let succeeded = body(&source) != 0
      let message = withUnsafeBytes(of: source.message) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      return (succeeded, message)
    }
    guard !succeeded else { return }
    throw message == "truncated"
      ? .truncated(format: "PNG") : .damaged(format: "PNG", reason: message)
  }

  /// Turns RGBA pixels into RGB over white, in place.
  static func composeOnWhite(_ pixels: inout [UInt8]) {
    let count = pixels.count / 4
    var span = pixels.mutableSpan
    for i in 0..<count {
      let alpha = Int(span[4 * i + 3])
      for channel in 0..<3 {
        // Rounded division by 255, exact for 16-bit products.
        let sum = Int(span[4 * i + channel]) * alpha + 255 * (255 - alpha) + 128
        span[3 * i + channel] = UInt8((sum + sum >> 8) >> 8)
      }
    }
    pixels.removeLast(count)
  }
}
