import HTTPTypes
import Hummingbird

/// A strong validator: equal bytes have equal tags (FNV-1a, 64 bits; no secret hangs on it).
func entityTag(_ bytes: some Sequence<UInt8>) -> String {
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
  return "\"\(String(hash, radix: 16))\""
}

extension Request {
  /// Whether the client has what `tag` stands for: `If-None-Match` names it, weakly or not, or
  /// anything at all (RFC 9110, 13.1.2).
  func has(_ tag: String) -> Bool {
    guard let named = headers[.ifNoneMatch] else { return false }
    return named == "*"
      || named.split { ", \t".contains($0) }.contains { $0 == tag || $0 == "W/\(tag)" }
  }

  /// The range that a `GET` asks for (RFC 9110, 14.2), unless it continues something else than `tag`
  /// stands for: then the whole is wanted (`If-Range`; 13.1.5). No dates are told, so none matches.
  func range(of tag: String) -> String? {
    guard method == .get else { return nil }
    if let begun = headers[.ifRange], begun != tag { return nil }
    return headers[.range]
  }
}
