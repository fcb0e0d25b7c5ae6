import CWebP

extension Image {
  static func decodeWebP(_ bytes: [UInt8], limits: Limits) throws(ImagingError) -> Image {
    var features = WebPBitstreamFeatures()
    let status = WebPGetFeatures(bytes, bytes.count, &features)
    guard status == VP8_STATUS_OK else { throw webPProblem(status) }
    guard features.has_animation == 0 else { throw .unsupported(format: "animated WebP") }
    let (width, height) = (Int(features.width), Int(features.height))
    try limits.check(width: width, height: height)

    let hasAlpha = features.has_alpha != 0
    let stride = width * (hasAlpha ? 4 : 3)
    var config = WebPDecoderConfig()
    guard WebPInitDecoderConfig(&config) != 0 else {
      throw .damaged(format: "WebP", reason: "the library has another version than its header")
    }
    var decoded = VP8_STATUS_OK
    var pixels = [UInt8](unsafeUninitializedCapacity: stride * height) { buffer, count in
      config.output.colorspace = hasAlpha ? MODE_RGBA : MODE_RGB
      config.output.is_external_memory = 1
      config.output.u.RGBA.rgba = buffer.baseAddress
      config.output.u.RGBA.stride = Int32(stride)
      config.output.u.RGBA.size = buffer.count
      decoded = WebPDecode(bytes, bytes.count, &config)
      count = buffer.count
    }
    guard decoded == VP8_STATUS_OK else { throw webPProblem(decoded) }
    if hasAlpha { composeOnWhite(&pixels) }
    return Image(width: width, height: height, pixels: pixels)
  }

  private static func webPProblem(_ status: VP8StatusCode) -> ImagingError {
    switch status {
    case VP8_STATUS_NOT_ENOUGH_DATA, VP8_STATUS_SUSPENDED: .truncated(format: "WebP")
    case VP8_STATUS_OUT_OF_MEMORY: .damaged(format: "WebP", reason: "out of memory")
    case VP8_STATUS_UNSUPPORTED_FEATURE: .unsupported(format: "WebP with an unknown feature")
    default: .damaged(format: "WebP", reason: "invalid bitstream")
    }
  }
}
