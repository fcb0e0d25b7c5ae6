/// The picture formats that are decoded, told apart by their first bytes.
enum Format: String {
  case jpeg = "JPEG"
  case png = "PNG"
  case webp = "WebP"

  init(of bytes: [UInt8]) throws(ImagingError) {
    guard !bytes.isEmpty else { throw .empty }
    func has(_ signature: [UInt8], at offset: Int = 0) -> Bool {
      bytes.dropFirst(offset).starts(with: signature)
    }
    if has([0xff, 0xd8, 0xff]) {
      self = .jpeg
    } else if has([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) {
      self = .png
    } else if has(Array("RIFF".utf8)), has(Array("WEBP".utf8), at: 8) {
      self = .webp
    } else if let other = Self.others.first(where: { has(Array($0.signature.utf8), at: $0.offset) })
    {
      throw .unsupported(format: other.name)
    } else if has([0xff, 0x0a]) {
      throw .unsupported(format: "JPEG XL")
    } else {
      throw .unrecognised(firstBytes: Array(bytes.prefix(8)))
    }
  }

  /// Formats worth naming in the refusal; the more specific signature first.
  private static let others: [(signature: String, offset: Int, name: String)] = [
    ("GIF8", 0, "GIF"), ("BM", 0, "BMP"), ("II*\0", 0, "TIFF"), ("MM\0*", 0, "TIFF"),
    ("ftypavif", 4, "AVIF"), ("ftypavis", 4, "AVIF"), ("ftyphei", 4, "HEIC"),
    ("ftyphev", 4, "HEIC"), ("ftypmif1", 4, "HEIF"), ("ftyp", 4, "a video (MP4)"),
    ("JXL ", 4, "JPEG XL"), ("jP  ", 4, "JPEG 2000"), ("8BPS", 0, "PSD"), ("%PDF", 0, "PDF"),
    ("\0\0\u{1}\0", 0, "ICO"), ("<svg", 0, "SVG"), ("<?xml", 0, "XML or SVG"),
    ("<!DOCTYPE", 0, "HTML"), ("<!doctype", 0, "HTML"), ("<html", 0, "HTML"),
  ]
}
