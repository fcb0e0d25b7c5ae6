import Foundation

/// The time as HTTP tells it (RFC 9110, 5.6.7), put together once a second.
struct HTTPDate {
  private var second = time_t(-1)
  private var text = ""

  /// Such as `Sun, 06 Nov 1994 08:49:37 GMT`.
  var now: String {
    mutating get {
      let now = time(nil)
      if now != second { (second, text) = (now, Self.text(of: now)) }
      return text
    }
  }

  private static func text(of second: time_t) -> String {
    var (second, parts) = (second, tm())
    gmtime_r(&second, &parts)
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 32) { buffer in
      let count = strftime(buffer.baseAddress!, buffer.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
      return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
  }
}
