import Foundation
import Vitrine

/// Writes answers as JSON, byte for byte as `JSONEncoder` does with sorted keys: ten products with
/// their attributes take that one as long as finding them.
struct JSONWriter {
  private(set) var bytes: [UInt8] = []
  private var needsComma = false

  /// An array of answers.
  mutating func write(_ responses: [SearchResponse]) throws {
    try array(responses) { writer, response in try writer.write(response) }
  }

  /// One answer.
  mutating func write(_ response: SearchResponse) throws {
    try object { writer in
      if let cursor = response.cursor { writer.member("cursor") { $0.string(cursor) } }
      writer.member("exact") { $0.boolean(response.exact) }
      if let facets = response.facets { try writer.member("facets") { try $0.encode(facets) } }
      try writer.member("hits") { try $0.array(response.hits) { try $0.write($1) } }
      writer.member("matches") { $0.raw(response.matches.map(String.init) ?? "null") }
      if !response.notes.isEmpty {
        writer.member("notes") { $0.array(response.notes) { $0.string($1) } }
      }
      writer.member("path") { $0.string(response.path) }
      if let plan = response.plan { try writer.member("plan") { try $0.encode(plan) } }
      writer.member("query") { $0.string(response.query) }
      writer.member("took_ms") { $0.number(response.tookMs) }
    }
  }

  private mutating func write(_ hit: Hit) throws {
    try object { writer in
      writer.member("attributes") { writer in
        writer.object { writer in
          for (name, value) in hit.attributes.sorted(by: { $0.key < $1.key }) {
            writer.member(name) { $0.write(value) }
          }
        }
      }
      if let parts = hit.explain { try writer.member("explain") { try $0.encode(parts) } }
      writer.member("id") { $0.string(hit.id) }
      if let image = hit.image { writer.member("image") { $0.string(image) } }
      writer.member("score") { $0.number(hit.score) }
      if let words = hit.words { writer.member("words") { $0.array(words) { $0.string($1) } } }
    }
  }

  private mutating func write(_ value: Value) {
    switch value {
    case .text(let text): string(text)
    case .number(let number): self.number(number)
    case .boolean(let flag): boolean(flag)
    case .date: string(value.label ?? "")
    case .list(let items): array(items) { $0.string($1) }
    }
  }

  // MARK: pieces

  private mutating func object(_ members: (inout JSONWriter) throws -> Void) rethrows {
    bytes.append(UInt8(ascii: "{"))
    needsComma = false
    try members(&self)
    bytes.append(UInt8(ascii: "}"))
    needsComma = true
  }

  private mutating func member(
    _ name: String, _ value: (inout JSONWriter) throws -> Void
  ) rethrows {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    string(name)
    bytes.append(UInt8(ascii: ":"))
    try value(&self)
    needsComma = true
  }

  private mutating func array<Element>(
    _ elements: [Element], _ write: (inout JSONWriter, Element) throws -> Void
  ) rethrows {
    bytes.append(UInt8(ascii: "["))
    for (index, element) in elements.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      try write(&self, element)
    }
    bytes.append(UInt8(ascii: "]"))
  }

  private mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private mutating func boolean(_ flag: Bool) { raw(flag ? "true" : "false") }

  /// The shortest digits that mean the number, without an empty fraction.
  private mutating func number(_ number: some BinaryFloatingPoint & CustomStringConvertible) {
    let digits = number.description
    raw(digits.hasSuffix(".0") ? String(digits.dropLast(2)) : digits)
  }

  private mutating func string(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case UInt8(ascii: "\n"): raw("\\n")
      case UInt8(ascii: "\r"): raw("\\r")
      case UInt8(ascii: "\t"): raw("\\t")
      case 0x08: raw("\\b")
      case 0x0C: raw("\\f")
      case 0..<0x20: raw(String(format: "\\u%04x", byte))
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// What is seldom asked for is left to the encoder.
  private mutating func encode(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    bytes += try encoder.encode(value)
  }
}
