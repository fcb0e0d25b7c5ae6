/// Reads one JSON object and flattens it in one pass, keeping the order of its members.
///
/// Foundation's reader loses that order, and takes ten times as long over long descriptions.
struct JSONScanner {
  /// What is wrong, where: the byte counts from 0, the column is the member being read.
  struct Mistake: Error, Equatable {
    let byte: Int
    let column: String?
    let expected: String
    let found: String
  }

  /// Objects and arrays within each other, at most.
  static let deepest = 64

  private let bytes: ArraySlice<UInt8>
  private var position: Int
  private var pairs: [(path: String, value: RawValue)] = []
  private var path = ""

  /// A scanner over one line.
  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
    skipSpace()
  }

  /// Whether nothing but white space is left.
  var isAtEnd: Bool { position == bytes.endIndex }

  /// The members of the object that the line holds.
  mutating func flattenedObject() throws(Mistake) -> [(path: String, value: RawValue)] {
    guard take("{") else { throw mistake("an object {…}") }
    try members(prefix: "", depth: 1)
    guard isAtEnd else { throw mistake("the end of the line") }
    return pairs
  }

  /// What follows `{`, up to and with `}`.
  private mutating func members(prefix: String, depth: Int) throws(Mistake) {
    guard depth <= JSONScanner.deepest else { throw mistake("at most 64 levels") }
    if take("}") { return }
    repeat {
      guard take("\"") else { throw mistake("a member's name in quotes") }
      let name = try string()
      path = prefix + name
      guard take(":") else { throw mistake("\":\"") }
      let known = pairs.count
      try value(depth: depth)
      // As a column without a name.
      if name.trimmed.isEmpty { pairs.removeSubrange(known...) }
    } while take(",")
    guard take("}") else { throw mistake("\",\" or \"}\"") }
  }

  private mutating func value(depth: Int) throws(Mistake) {
    let path = path
    if take("{") {
      try members(prefix: path + ".", depth: depth + 1)
    } else if take("[") {
      try elements(of: path, depth: depth + 1)
    } else if let value = try scalar() {
      pairs.append((path, value))
    }
    self.path = path
  }

  /// What follows `[`: one list of what the elements are, or one per member of the objects in it.
  private mutating func elements(of path: String, depth: Int) throws(Mistake) {
    guard depth <= JSONScanner.deepest else { throw mistake("at most 64 levels") }
    let first = pairs.count
    pairs.append((path, .list([])))
    if !take("]") {
      repeat {
        self.path = path
        try value(depth: depth)
      } while take(",")
      guard take("]") else { throw mistake("\",\" or \"]\"") }
    }
    let inside = Array(pairs[first...])
    pairs.removeSubrange(first...)
    pairs += JSONScanner.lists(inside)
  }

  /// One list for each path, in the order in which the paths come first.
  private static func lists(
    _ pairs: [(path: String, value: RawValue)]
  ) -> [(path: String, value: RawValue)] {
    var lists: [(path: String, items: [String])] = []
    var places: [String: Int] = [:]
    for (path, value) in pairs {
      let place = places[path] ?? lists.count
      if place == lists.count {
        places[path] = place
        lists.append((path, []))
      }
      switch value {
      case .text(let text): if !text.isEmpty { lists[place].items.append(text) }
      case .number(let text): lists[place].items.append(text)
      case .boolean(let flag): lists[place].items.append(flag ? "true" : "false")
      case .list(let items): lists[place].items += items
      }
    }
    return lists.map { (path: $0.path, value: .list($0.items)) }
  }

  /// A string, number or boolean; nil for `null`.
  private mutating func scalar() throws(Mistake) -> RawValue? {
    if take("\"") { return .text(try string()) }
    if take(word: "null") { return nil }
    if take(word: "true") { return .boolean(true) }
    if take(word: "false") { return .boolean(false) }
    return .number(try number())
  }

  private mutating func number() throws(Mistake) -> String {
    let signs = bytes[position...].prefix { "+-.eE0123456789".utf8.contains($0) }
    guard let first = signs.first, first == UInt8(ascii: "-") || first.isDigit else {
      throw mistake("a value")
    }
    let text = String(decoding: signs, as: UTF8.self)
    guard signs.isJSONNumber, let number = Double(text), number.isFinite else {
      throw mistake("a number such as 12 or -0.5e3")
    }
    position = signs.endIndex
    skipSpace()
    return text
  }

  /// The rest of a string whose opening quote is taken.
  private mutating func string() throws(Mistake) -> String {
    let rest = bytes[position...]
    let end = rest.firstIndex {
      $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") || $0 < 32
    }
    guard let stop = end else { throw mistake("a closing quote") }
    if bytes[stop] == UInt8(ascii: "\\") { return try escapedString(from: stop) }
    if bytes[stop] < 32 { throw controlCharacter(at: stop) }
    guard let text = String(validating: bytes[position..<stop], as: UTF8.self) else {
      throw mistake("UTF-8")
    }
    position = stop + 1
    skipSpace()
    return text
  }

  private mutating func escapedString(from escape: Int) throws(Mistake) -> String {
    var plain = Array(bytes[position..<escape])
    position = escape
    while position < bytes.endIndex, bytes[position] != UInt8(ascii: "\"") {
      if bytes[position] == UInt8(ascii: "\\") {
        plain.append(contentsOf: try self.escape().utf8)
      } else if bytes[position] < 32 {
        throw controlCharacter(at: position)
      } else {
        plain.append(bytes[position])
        position += 1
      }
    }
    guard position < bytes.endIndex else { throw mistake("a closing quote") }
    guard let text = String(validating: plain, as: UTF8.self) else { throw mistake("UTF-8") }
    position += 1
    skipSpace()
    return text
  }

  /// `\n`, `\u00e9` and their like. Half a surrogate pair is the replacement character.
  private mutating func escape() throws(Mistake) -> String {
    guard position + 1 < bytes.endIndex else { throw mistake("a closing quote") }
    let sign = bytes[position + 1]
    if let text = JSONScanner.plain(of: sign) {
      position += 2
      return text
    }
    var units = [try codeUnit()]
    if UTF16.isLeadSurrogate(units[0]), position + 1 < bytes.endIndex,
      bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u")
    {
      units.append(try codeUnit())
    }
    return String(decoding: units, as: UTF16.self)
  }

  /// JSON has control characters within strings as escapes only.
  private mutating func controlCharacter(at place: Int) -> Mistake {
    position = place
    return mistake("an escape such as \\t for a control character")
  }

  private static func plain(of sign: UInt8) -> String? {
    switch Unicode.Scalar(sign) {
    case "n": "\n"
    case "t": "\t"
    case "r": "\r"
    case "b": "\u{8}"
    case "f": "\u{C}"
    case "\"", "\\", "/": String(Unicode.Scalar(sign))
    default: nil
    }
  }

  /// `\uXXXX`.
  private mutating func codeUnit() throws(Mistake) -> UInt16 {
    guard bytes[position + 1] == UInt8(ascii: "u"), position + 6 <= bytes.endIndex,
      bytes[position + 2..<position + 6].allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
      let unit = UInt16(
        String(decoding: bytes[position + 2..<position + 6], as: UTF8.self), radix: 16)
    else { throw mistake("an escape such as \\n or \\u00e9") }
    position += 6
    return unit
  }

  /// Takes a sign and the white space after it, if it is next.
  private mutating func take(_ sign: Unicode.Scalar) -> Bool {
    guard position < bytes.endIndex, bytes[position] == UInt8(ascii: sign) else { return false }
    position += 1
    if sign != "\"" { skipSpace() }
    return true
  }

  private mutating func take(word: String) -> Bool {
    guard bytes[position...].starts(with: word.utf8) else { return false }
    position += word.utf8.count
    skipSpace()
    return true
  }

  private mutating func skipSpace() {
    while position < bytes.endIndex, bytes[position].isJSONSpace { position += 1 }
  }

  private func mistake(_ expected: String) -> Mistake {
    // Twenty characters have at most eighty bytes, but for rare ones.
    let next = String(decoding: bytes[position...].prefix(80), as: UTF8.self).prefix(20)
    return Mistake(
      byte: position - bytes.startIndex, column: path.isEmpty ? nil : path, expected: expected,
      found: isAtEnd ? "the end of the line" : "\"\(next)\"")
  }
}
