extension String {
  /// The text as it may stand among others on one line: what would move the cursor, colour what follows,
  /// end the line or turn its direction becomes a blank.
  package var printable: String {
    guard unicodeScalars.contains(where: \.isUnruly) else { return self }
    return String(UnicodeScalarView(unicodeScalars.map { $0.isUnruly ? " " : $0 }))
  }
}

extension Unicode.Scalar {
  fileprivate var isUnruly: Bool {
    switch value {
    case 0x20..<0x7F: false
    case 0x202A...0x202E, 0x2066...0x2069: true
    default:
      [.control, .lineSeparator, .paragraphSeparator].contains(properties.generalCategory)
    }
  }
}
