/// Why bytes could not be turned into a picture.
public enum ImagingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// There are no bytes.
  case empty
  /// The first bytes belong to no picture format known here.
  case unrecognised(firstBytes: [UInt8])
  /// A known format that is not decoded here, such as "GIF".
  case unsupported(format: String)
  /// The file ends before the picture does.
  case truncated(format: String)
  /// The file breaks its format.
  case damaged(format: String, reason: String)
  /// The header claims more pixels than the limit allows, or none.
  case size(width: Int, height: Int, limit: Int)

  /// One sentence: what was expected and what was found.
  public var description: String {
    switch self {
    case .empty: "empty file: expected a JPEG, PNG or WebP picture"
    case .unrecognised(let bytes):
      "not a picture: expected JPEG, PNG or WebP, found a file that begins with bytes "
        + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
    case .unsupported(let format):
      "unsupported format \(format): expected JPEG, PNG or WebP"
    case .truncated(let format): "truncated \(format): the file ends before the picture does"
    case .damaged(let format, let reason): "damaged \(format): \(reason)"
    case .size(let width, let height, let limit):
      "picture of \(width)×\(height) pixels: expected 1 to \(limit) pixels"
    }
  }
}
