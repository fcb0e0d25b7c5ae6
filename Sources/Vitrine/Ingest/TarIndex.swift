/// Where the members of a TAR file lie, so that each can be read without unpacking.
///
/// Reads old, ustar, GNU (long names, large sizes) and pax headers, and hard links whose names are short.
/// Later members of one name replace earlier ones, as unpacking would.
struct TarIndex: Sendable {
  struct Member: Sendable {
    let offset: Int
    let size: Int
  }

  /// A header with a longer name or more records is no such header.
  private static let longestName = 1 << 20

  private let file: FileBytes
  private var members: [String: Member] = [:]
  /// The path by file name; nil where several members share it.
  private var paths: [Substring: String?] = [:]

  /// Reads all headers.
  ///
  /// - Throws: ``VitrineError`` if the file cannot be read, is compressed, damaged or cut short.
  init(path: String) throws(VitrineError) {
    file = try FileBytes(path: path)
    var offset = 0
    var longName: String?
    var longSize: Int?
    while let header = try header(at: offset) {
      let size = longSize ?? header.size
      let start = offset + 512
      guard size <= file.count - start else {
        throw .badData(
          path: path, row: 0, column: nil, reason: "\(longName ?? header.name) is cut short")
      }
      longSize = nil
      let isLongName = [UInt8(ascii: "L"), UInt8(ascii: "x")].contains(header.kind)
      guard !isLongName || size <= TarIndex.longestName else {
        throw .badData(
          path: path, row: 0, column: nil,
          reason: "byte \(offset): expected a name, found \(size) bytes of one")
      }
      switch header.kind {
      case UInt8(ascii: "L"):
        longName = TarIndex.text(try file.read(at: start, count: size)[...])
      case UInt8(ascii: "x"):
        let records = TarIndex.paxRecords(try file.read(at: start, count: size))
        longName = records["path"] ?? longName
        longSize = records["size"].flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil }
      case UInt8(ascii: "0"), 0, UInt8(ascii: "7"):
        add(longName ?? header.name, Member(offset: start, size: size))
        longName = nil
      case UInt8(ascii: "1"):
        // Another name of a member that came before.
        if let member = members[TarIndex.plain(header.link)] {
          add(longName ?? header.name, member)
        }
        longName = nil
      case UInt8(ascii: "g"), UInt8(ascii: "K"): break
      default: longName = nil
      }
      offset = start + (size + 511) / 512 * 512
    }
  }

  /// The member of a path, or else the only one of that file name, with its whole path.
  func find(_ path: String) -> (path: String, member: Member)? {
    if let member = members[path] { return (path, member) }
    let name = path.split(separator: "/").last ?? ""
    guard let whole = paths[name] ?? nil, let member = members[whole] else { return nil }
    return (whole, member)
  }

  /// The bytes of a member.
  func bytes(of member: Member) throws(VitrineError) -> [UInt8] {
    try file.read(at: member.offset, count: member.size)
  }

  private mutating func add(_ name: String, _ member: Member) {
    let path = TarIndex.plain(name)
    let last = path.split(separator: "/").last ?? ""
    if members.updateValue(member, forKey: path) == nil {
      paths[last] = .some(paths.keys.contains(last) ? nil : path)
    }
  }

  private static func plain(_ name: String) -> String {
    name.hasPrefix("./") ? String(name.dropFirst(2)) : name
  }

  private struct Header {
    let name: String
    /// Of which member this is another name.
    let link: String
    let size: Int
    let kind: UInt8
  }

  /// The header at an offset; nil at the end.
  private func header(at offset: Int) throws(VitrineError) -> Header? {
    let block = try file.read(at: offset, count: 512)
    if block.isEmpty || block.allSatisfy({ $0 == 0 }) { return nil }
    func damaged(_ reason: String) -> VitrineError {
      .badData(path: file.path, row: 0, column: nil, reason: "byte \(offset): \(reason)")
    }
    if offset == 0, block.starts(with: [0x1F, 0x8B]) {
      throw damaged("the TAR file is compressed; unpack it with gunzip first")
    }
    // The sum of the bytes counts the eight of the checksum itself as blanks.
    guard block.count == 512,
      let sum = TarIndex.number(block[148..<156]),
      sum == block.enumerated().reduce(0, { $0 + ((148..<156).contains($1.0) ? 32 : Int($1.1)) }),
      let size = TarIndex.number(block[124..<136])
    else { throw damaged("expected the header of a TAR member") }
    let isUstar = block[257..<262].elementsEqual("ustar".utf8)
    let prefix = isUstar && block[262] == 0 ? TarIndex.text(block[345..<500]) : ""
    let name = TarIndex.text(block[0..<100])
    return Header(
      name: prefix.isEmpty ? name : prefix + "/" + name, link: TarIndex.text(block[157..<257]),
      size: size, kind: block[156])
  }

  /// Bytes up to the first that is zero, as text.
  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// Octal digits, or GNU's binary form, which has the highest bit set.
  private static func number(_ field: ArraySlice<UInt8>) -> Int? {
    if let first = field.first, first & 0x80 != 0 {
      var number = Int(first & 0x7F)
      for byte in field.dropFirst() {
        guard number < 1 << 48 else { return nil }
        number = number << 8 | Int(byte)
      }
      return number
    }
    let digits = text(field).trimmed
    return digits.isEmpty ? 0 : Int(digits, radix: 8).flatMap { $0 >= 0 ? $0 : nil }
  }

  /// Records of the form `27 path=images/…\n`, the first number being the record's length.
  private static func paxRecords(_ bytes: [UInt8]) -> [String: String] {
    var records: [String: String] = [:]
    var rest = bytes[...]
    while let blank = rest.firstIndex(of: 32),
      let length = Int(String(decoding: rest[..<blank], as: UTF8.self)),
      length > blank - rest.startIndex + 1, length <= rest.count
    {
      let record = rest[blank...].prefix(rest.startIndex + length - blank).dropFirst().dropLast()
      if let equals = record.firstIndex(of: UInt8(ascii: "=")) {
        records[String(decoding: record[..<equals], as: UTF8.self)] =
          String(decoding: record[equals...].dropFirst(), as: UTF8.self)
      }
      rest = rest.dropFirst(length)
    }
    return records
  }
}
