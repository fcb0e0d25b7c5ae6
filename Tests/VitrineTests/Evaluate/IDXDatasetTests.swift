import CZlib
import TestSupport
import Testing
import Vitrine

@Suite struct IDXDatasetTests {
  private let directory = TemporaryDirectory()
  private let images = "some-images-idx3-ubyte"

  /// Writes two pictures of 3 × 2 pixels with labels 1 and 0.
  private func write(labels: [UInt8] = [1, 0], cut: Int = 0) throws -> String {
    let labelHeader: [UInt8] = [0, 0, 8, 1, 0, 0, 0, UInt8(labels.count)]
    try directory.write(labelHeader + labels, to: "some-labels-idx1-ubyte")
    let header: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3]
    let pixels: [UInt8] = [0, 64, 128, 192, 255, 7, 1, 2, 3, 4, 5, 6]
    return try directory.write(Array((header + pixels).dropLast(cut)), to: images)
  }

  @Test func `pictures and labels are read`() throws {
    let dataset = try IDXDataset(images: write())
    #expect(dataset.count == 2 && dataset.width == 3 && dataset.height == 2)
    #expect(dataset.labels == [1, 0])
    // Before each row stands that it is not filtered.
    #expect(rows(of: dataset.png(at: 0)) == [0, 0, 64, 128, 0, 192, 255, 7])
    #expect(rows(of: dataset.png(at: 1)) == [0, 1, 2, 3, 0, 4, 5, 6])
  }

  /// What is compressed in the only data chunk of a PNG file of 3 × 2 grey pixels.
  private func rows(of png: [UInt8]) -> [UInt8] {
    let length = png[33..<37].reduce(0) { $0 << 8 | Int($1) }
    let data = Array(png[41..<41 + length])
    var rows = [UInt8](repeating: 0, count: 8)
    var count = UInt(rows.count)
    let status = uncompress(&rows, &count, data, UInt(data.count))
    #expect(status == Z_OK && count == 8)
    return rows
  }

  /// The header says 3 × 2 pixels, 8 bits, grey.
  @Test func `a picture is APNG of grey`() throws {
    let png = try IDXDataset(images: write()).png(at: 0)
    #expect(png.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
    #expect(Array(png[16..<29]) == [0, 0, 0, 3, 0, 0, 0, 2, 8, 0, 0, 0, 0])
    // CRC-32 of "IEND", as in every PNG file.
    #expect(png.suffix(4).elementsEqual([0xAE, 0x42, 0x60, 0x82]))
  }

  @Test func `truncated and contradicting files are refused`() throws {
    #expect(throws: VitrineError.self) { try IDXDataset(images: write(cut: 1)) }
    #expect(throws: VitrineError.self) { try IDXDataset(images: write(labels: [1])) }
    #expect(throws: VitrineError.self) { try IDXDataset(images: "/nowhere-images-idx3-ubyte") }
  }

  @Test func `only the name of the file tells of pictures, not that of its folder`() throws {
    #expect(IDXDataset.isNamed(by: "a/t10k-images-idx3-ubyte.gz"))
    #expect(!IDXDataset.isNamed(by: "images-idx3-ubyte/shop.csv"))
    let folder = TemporaryDirectory()
    let name = "old-images-idx3-ubyte-dir/\(images)"
    try folder.write([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 9], to: name)
    try folder.write(
      [0, 0, 8, 1, 0, 0, 0, 1, 7], to: "old-images-idx3-ubyte-dir/some-labels-idx1-ubyte")
    #expect(try IDXDataset(images: folder.appending(name)).labels == [7])
  }

  @Test func `pictures without labels beside them, and none at all, are bad data`() throws {
    let nameless = try directory.write(
      [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 9], to: "foo-idx3-ubyte")
    let empty = try directory.write(
      [0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1], to: images)
    let reasons = [
      nameless: "expected a name such as t10k-images-idx3-ubyte, with a file of labels beside it",
      empty: "expected pictures, found none",
    ]
    for (path, reason) in reasons {
      let error = #expect(throws: VitrineError.self) { try IDXDataset(images: path) }
      #expect(error?.description == "\(path): \(reason)" && error?.blame == .data)
    }
  }

  /// 4 × 2³¹ × 2³¹ is 2⁶⁴, which wraps around to the 0 bytes that are there.
  @Test func `a shape that is more than can be counted is refused`() throws {
    let path = try write(labels: [0, 0, 0, 0])
    try directory.write([0, 0, 8, 3, 0, 0, 0, 4, 128, 0, 0, 0, 128, 0, 0, 0], to: images)
    let error = #expect(throws: VitrineError.self) { try IDXDataset(images: path) }
    let sides = "expected pictures of 1 to 65535 pixels a side, found"
    #expect(error?.description == "\(path): \(sides) 2147483648 × 2147483648")
    try directory.write([0, 0, 8, 3, 0, 0, 0, 4, 255, 255, 255, 255, 0, 0, 0, 0], to: images)
    let flat = #expect(throws: VitrineError.self) { try IDXDataset(images: path) }
    #expect(flat?.description == "\(path): \(sides) 4294967295 × 0")
  }
}
