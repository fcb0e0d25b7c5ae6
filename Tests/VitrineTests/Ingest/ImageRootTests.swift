import Foundation
import Testing
import TestSupport
import Vitrine

/// A member of a ustar file.
private func member(
  _ name: String, _ content: [UInt8], kind: Character = "0", link: String = "", size: Int? = nil
) -> [UInt8] {
  var header = [UInt8](repeating: 0, count: 512)
  func put(_ text: String, at offset: Int) {
    for (index, byte) in text.utf8.enumerated() { header[offset + index] = byte }
  }
  put(String(name.prefix(100)), at: 0)
  let size = String(size ?? content.count, radix: 8)
  put(String(repeating: "0", count: 11 - size.count) + size, at: 124)
  put("        ", at: 148)
  put(String(kind), at: 156)
  put(link, at: 157)
  put("ustar\u{0}00", at: 257)
  let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
  put(String(repeating: "0", count: 6 - sum.count) + sum + "\u{0} ", at: 148)
  return header + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
}

private let end = [UInt8](repeating: 0, count: 1024)

private func pax(_ key: String, _ value: String) -> [UInt8] {
  let record = " \(key)=\(value)\n"
  var length = record.utf8.count + 1
  while "\(length)".utf8.count + record.utf8.count != length { length += 1 }
  return Array("\(length)\(record)".utf8)
}

@Suite struct ImageRootTests {
  @Test func `members of a TAR file are found by path, by name and by id`() throws {
    let scratch = TemporaryDirectory()
    let long = String(repeating: "deep/", count: 30) + "name.jpg"
    let path = try scratch.write(
      member("images/", [], kind: "5") + member("./images/1.jpg", Array("one".utf8))
        + member("a/2.jpg", Array("two".utf8)) + member("b/2.jpg", Array("other".utf8))
        + member("././@LongLink", Array((long + "\u{0}").utf8), kind: "L")
        + member(String(long.prefix(99)), Array("gnu".utf8))
        + member("pax", pax("path", "pax/é.jpg"), kind: "x") + member("short", Array("pax".utf8))
        + member("a/3.jpg", [], kind: "1", link: "a/2.jpg") + end, to: "images.tar")
    let root = try ImageRoot(path: path)
    func text(_ name: String?, id: String = "") -> String? {
      (try? root.photograph(named: name, id: id)).map { String(decoding: $0.bytes, as: UTF8.self) }
    }
    #expect(text("images/1.jpg") == "one")
    #expect(text("1.jpg") == "one")
    #expect(text(nil, id: "1") == "one")
    #expect(text("a/2.jpg") == "two")
    #expect(text("2.jpg") == nil)
    #expect(text("a/3.jpg") == "two")
    #expect(text(long) == "gnu")
    #expect(text("pax/é.jpg") == "pax")
    #expect(text("../images/1.jpg") == nil)
  }

  @Test func `a damaged, cut or compressed TAR file is refused in words`() throws {
    let scratch = TemporaryDirectory()
    let whole = member("1.jpg", [UInt8](repeating: 1, count: 2000)) + end
    var flipped = whole
    flipped[10] ^= 1
    let cases: [(bytes: [UInt8], reason: String)] = [
      (flipped, "byte 0: expected the header of a TAR member"),
      (Array(whole.prefix(1500)), "1.jpg is cut short"),
      (member("pax", pax("size", "\(Int.max)"), kind: "x") + whole, "1.jpg is cut short"),
      (
        member("long", [UInt8](repeating: 65, count: 2 << 20), kind: "L") + whole,
        "byte 0: expected a name, found 2097152 bytes of one"
      ),
      ([0x1F, 0x8B, 8, 0], "byte 0: the TAR file is compressed; unpack it with gunzip first"),
    ]
    for (number, (bytes, reason)) in cases.enumerated() {
      let path = try scratch.write(bytes, to: "\(number).tar")
      let error = #expect(throws: VitrineError.self) { try ImageRoot(path: path) }
      #expect(error?.description == "\(path): \(reason)")
    }
  }

  @Test func `a path below a folder of any name may be absolute`() throws {
    let scratch = TemporaryDirectory()
    for folder in ["bücher", "日本語日本語日本語日本語日本語", "plain"] {
      try scratch.write("inside", to: "\(folder)/in.jpg")
      let root = try ImageRoot(path: "\(scratch.path)/\(folder)")
      #expect(try root.photograph(named: root.path + "/in.jpg", id: "").path == "in.jpg")
    }
  }

  @Test func `links that lead outside of the folder are not followed`() throws {
    let scratch = TemporaryDirectory()
    try scratch.write("inside", to: "root/in.jpg")
    try scratch.write("outside", to: "out.jpg")
    let files = FileManager.default
    try files.createSymbolicLink(
      atPath: scratch.path + "/root/link.jpg", withDestinationPath: scratch.path + "/out.jpg")
    try files.createSymbolicLink(
      atPath: scratch.path + "/root/same.jpg", withDestinationPath: "in.jpg")
    let root = try ImageRoot(path: scratch.path + "/root")
    #expect(try root.photograph(named: "same.jpg", id: "").bytes == Array("inside".utf8))
    #expect(try root.photograph(named: "./in.jpg", id: "").path == "in.jpg")
    #expect(try root.photograph(named: root.path + "/in.jpg", id: "").path == "in.jpg")
    #expect(throws: ImageRoot.Missing.self) { try root.photograph(named: "link.jpg", id: "") }
    #expect(throws: ImageRoot.Missing.self) { try root.photograph(named: "root", id: "") }
  }
}
