/// How the stored rows and columns lie in the upright picture: the EXIF tag 0x0112.
enum Orientation: UInt16 {
  case upright = 1
  case mirrored, rotated180, flipped, transposed, rotated90, transversed, rotated270

  /// Whether rows become columns.
  var swapsSides: Bool { rawValue >= Self.transposed.rawValue }

  /// Reads the tag from a file's metadata; what is absent or broken means upright.
  init(of bytes: [UInt8], format: Format) {
    let exif =
      switch format {
      case .jpeg: Self.exif(inJPEG: bytes)
      case .png: Self.exif(bytes, type: "eXIf", header: 8, isBigEndian: true, typeFirst: false)
      case .webp: Self.exif(bytes, type: "EXIF", header: 12, isBigEndian: false, typeFirst: true)
      }
    self = exif.flatMap(Self.tag).flatMap(Self.init) ?? .upright
  }

  private static let exifMark = Array("Exif\0\0".utf8)

  /// The TIFF structure inside the first EXIF segment before the picture's data.
  private static func exif(inJPEG bytes: [UInt8]) -> ArraySlice<UInt8>? {
    var i = 2
    while i + 4 <= bytes.count, bytes[i] == 0xff {
      let marker = bytes[i + 1]
      if marker == 0xff {  // fill byte
        i += 1
        continue
      }
      guard marker != 0xda, marker != 0xd9 else { return nil }
      let length = Int(bytes[i + 2]) << 8 | Int(bytes[i + 3])
      guard length >= 2, i + 2 + length <= bytes.count else { return nil }
      let payload = bytes[(i + 4)..<(i + 2 + length)]
      if marker == 0xe1, payload.starts(with: exifMark) { return payload.dropFirst(6) }
      i += 2 + length
    }
    return nil
  }

  /// The data of the first chunk of a type in a file of chunks: a four-letter type and a length in
  /// either order, data, and a checksum (PNG) or padding to even length (WebP).
  private static func exif(
    _ bytes: [UInt8], type: String, header: Int, isBigEndian: Bool, typeFirst: Bool
  ) -> ArraySlice<UInt8>? {
    let wanted = Array(type.utf8)
    var i = header
    while i + 8 <= bytes.count {
      let field = TIFF(bytes: bytes[i..<(i + 8)], isBigEndian: isBigEndian)
      let (lengthAt, typeAt) = typeFirst ? (4, 0) : (0, 4)
      guard let length = field.integer(at: lengthAt, size: 4) else { return nil }
      let end = i + 8 + length
      guard end <= bytes.count else { return nil }
      if bytes[(i + typeAt)...].starts(with: wanted) {
        let data = bytes[(i + 8)..<end]
        return data.starts(with: exifMark) ? data.dropFirst(6) : data
      }
      i = typeFirst ? end + length % 2 : end + 4
    }
    return nil
  }

  /// The orientation in the first directory of a TIFF structure.
  private static func tag(_ bytes: ArraySlice<UInt8>) -> UInt16? {
    let isBigEndian = bytes.starts(with: Array("MM".utf8))
    guard isBigEndian || bytes.starts(with: Array("II".utf8)) else { return nil }
    let tiff = TIFF(bytes: bytes, isBigEndian: isBigEndian)
    guard let directory = tiff.integer(at: 4, size: 4),
      let count = tiff.integer(at: directory, size: 2)
    else { return nil }
    for entry in 0..<count {
      let offset = directory + 2 + 12 * entry
      guard let tag = tiff.integer(at: offset, size: 2) else { return nil }
      if tag == 0x0112 { return tiff.integer(at: offset + 8, size: 2).map(UInt16.init) }
    }
    return nil
  }
}

/// Bounds-checked integers of a byte order, at offsets from the slice's start.
private struct TIFF {
  let bytes: ArraySlice<UInt8>
  let isBigEndian: Bool

  func integer(at offset: Int, size: Int) -> Int? {
    guard offset >= 0, offset + size <= bytes.count else { return nil }
    let field = bytes.dropFirst(offset).prefix(size)
    let ordered = isBigEndian ? Array(field) : field.reversed()
    return ordered.reduce(0) { $0 << 8 | Int($1) }
  }
}

extension Image {
  /// The upright picture; a copy unless it is upright already.
  func oriented(_ orientation: Orientation) -> Image {
    guard orientation != .upright else { return self }
    let (w, h) = (width, height)
    // Where the stored pixel (0, 0) goes, and the steps of a stored column and row, in pixels.
    let (origin, column, row) =
      switch orientation {
      case .upright: (0, 1, w)
      case .mirrored: (w - 1, -1, w)
      case .rotated180: (w * h - 1, -1, -w)
      case .flipped: (w * (h - 1), 1, -w)
      case .transposed: (0, h, 1)
      case .rotated90: (h - 1, h, -1)
      case .transversed: (w * h - 1, -h, -1)
      case .rotated270: (h * (w - 1), -h, 1)
      }
    var turned = [UInt8](repeating: 0, count: pixels.count)
    let source = pixels.span
    var target = turned.mutableSpan
    // Squares of 64 pixels keep both sides of a transposition in the cache.
    for top in stride(from: 0, to: h, by: 64) {
      for left in stride(from: 0, to: w, by: 64) {
        for y in top..<min(top + 64, h) {
          for x in left..<min(left + 64, w) {
            let (from, to) = (3 * (y * w + x), 3 * (origin + x * column + y * row))
            target[to] = source[from]
            target[to + 1] = source[from + 1]
            target[to + 2] = source[from + 2]
          }
        }
      }
    }
    return orientation.swapsSides
      ? Image(width: h, height: w, pixels: turned) : Image(width: w, height: h, pixels: turned)
  }
}
