import Foundation

/// Numbers as people read them.
package enum Numbers {
  /// With one decimal below ten: `3.2`, `47`.
  package static func short(_ value: Double) -> String {
    value < 9.95 ? fixed(value, 1) : fixed(value, 0)
  }

  /// With so many decimals.
  package static func fixed(_ value: Double, _ decimals: Int) -> String {
    String(format: "%.\(decimals)f", value)
  }

  /// With the thousands apart: `39,413`.
  package static func grouped(_ value: Int) -> String {
    var digits = String(value.magnitude)
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    return (value < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
  }

  /// With what is counted: `1 row`, `2 rows`.
  package static func counted(_ count: Int, _ thing: String) -> String {
    "\(grouped(count)) \(thing)\(count == 1 ? "" : "s")"
  }

  /// In the largest unit that leaves a whole number: `4.2 MB`.
  package static func bytes(_ count: Int) -> String {
    var value = Double(count)
    for unit in ["bytes", "kB", "MB", "GB"] {
      if value < 999.5 { return unit == "bytes" ? "\(count) bytes" : "\(short(value)) \(unit)" }
      value /= 1000
    }
    return "\(short(value)) TB"
  }
}
