internal import CZlib

/// Grey pictures with labels in the IDX files that MNIST introduced and Fashion-MNIST uses
/// (Xiao, Rasul and Vollgraf 2017), plain or gzipped.
public struct IDXDataset: Sendable {
  /// Width of each picture in pixels.
  public let width: Int
  /// Height of each picture in pixels.
  public let height: Int
  /// The class of each picture, from 0.
  public let labels: [UInt8]
  private let pixels: [UInt8]

  /// What the ten classes of Fashion-MNIST are called, in their order.
  public static let fashionMNISTLabels = [
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
    "Ankle boot",
  ]

  /// Whether a file is called as one of pictures is. What its folders are called does not count.
  public static func isNamed(by path: String) -> Bool { name(in: path).contains("idx3-ubyte") }

  private static func name(in path: String) -> Substring {
    path.lastIndex(of: "/").map { path[$0...].dropFirst() } ?? path[...]
  }

  /// The file of labels that belongs to one of pictures.
  private static func labelPath(of path: String) throws(VitrineError) -> String {
    let name = name(in: path)
    let labels = name.replacing("images-idx3", with: "labels-idx1")
    guard labels != name else {
      throw .badData(
        path: path, row: 0, column: nil,
        reason: "expected a name such as t10k-images-idx3-ubyte, with a file of labels beside it")
    }
    return String(path.dropLast(name.count)) + labels
  }

  /// Reads a file of pictures (`…-images-idx3-ubyte[.gz]`) and the file of labels beside it.
  ///
  /// - Throws: ``VitrineError`` if one cannot be read, is no IDX file of bytes, has no pictures, or they
  ///   disagree.
  public init(images path: String) throws(VitrineError) {
    let labelPath = try Self.labelPath(of: path)
    let (shape, pixels) = try Self.read(path, dimensions: 3)
    guard shape[0] > 0 else {
      throw .badData(path: path, row: 0, column: nil, reason: "expected pictures, found none")
    }
    let (count, labels) = try Self.read(labelPath, dimensions: 1)
    guard count[0] == shape[0] else {
      throw .badData(
        path: labelPath, row: 0, column: nil,
        reason: "expected \(shape[0]) labels, found \(count[0])")
    }
    height = shape[1]
    width = shape[2]
    self.pixels = pixels
    self.labels = labels
  }

  /// How many pictures there are.
  public var count: Int { labels.count }

  /// A picture as a PNG file of 8-bit grey.
  public func png(at index: Int) -> [UInt8] {
    let size = width * height
    return greyPNG(pixels[index * size..<(index + 1) * size], width: width, height: height)
  }

  /// Magic number 0, 0, type, dimensions; then each dimension as a big-endian 32-bit number.
  private static func read(
    _ path: String, dimensions: Int
  ) throws(VitrineError) -> (shape: [Int], bytes: [UInt8]) {
    let source = try ByteSource(path: path)
    let header = 4 + 4 * dimensions
    while source.end < header, try source.refill() {}
    let shape = try shape(source, dimensions: dimensions)
    let size = shape.product ?? 0
    // What is said to be there, and a byte more to see that there is not more.
    while source.end - header <= size, try source.refill() {}
    let found = source.end - header
    guard found == size else {
      throw .badData(
        path: path, row: 0, column: nil,
        reason: "expected \(shape.map(String.init).joined(separator: " × ")) bytes of data, found "
          + (found > size ? "more" : "\(found)"))
    }
    return (shape, Array(source.bytes[header..<source.end]))
  }

  private static func shape(_ source: ByteSource, dimensions: Int) throws(VitrineError) -> [Int] {
    let file = source.bytes[..<source.end]
    let header = 4 + 4 * dimensions
    guard file.count >= header, file.prefix(4).elementsEqual([0, 0, 8, UInt8(dimensions)]) else {
      throw .badData(
        path: source.path, row: 0, column: nil,
        reason: "expected an IDX file of bytes with \(dimensions) dimensions")
    }
    let shape = (0..<dimensions).map { dimension in
      file.dropFirst(4 + 4 * dimension).prefix(4).reduce(0) { $0 << 8 | Int($1) }
    }
    guard shape.dropFirst().allSatisfy({ (1...0xFFFF).contains($0) }) else {
      throw .badData(
        path: source.path, row: 0, column: nil,
        reason: "expected pictures of 1 to 65535 pixels a side, found "
          + shape.dropFirst().map(String.init).joined(separator: " × "))
    }
    return shape
  }
}

/// Rows of grey bytes as a PNG file (ISO/IEC 15948): signature, header, data, end.
private func greyPNG(_ pixels: ArraySlice<UInt8>, width: Int, height: Int) -> [UInt8] {
  var rows: [UInt8] = []
  rows.reserveCapacity((width + 1) * height)
  for row in 0..<height {
    rows.append(0)  // no filter
    rows += pixels.dropFirst(row * width).prefix(width)
  }
  var length = compressBound(UInt(rows.count))
  var data = [UInt8](repeating: 0, count: Int(length))
  compress2(&data, &length, rows, UInt(rows.count), 1)
  let greyOf8Bits: [UInt8] = [8, 0, 0, 0, 0]
  return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    + chunk("IHDR", bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + greyOf8Bits)
    + chunk("IDAT", Array(data.prefix(Int(length)))) + chunk("IEND", [])
}

/// Length, type, contents and the CRC of the latter two.
private func chunk(_ type: String, _ contents: [UInt8]) -> [UInt8] {
  let body = Array(type.utf8) + contents
  let checksum = crc32(0, body, UInt32(body.count))
  return bigEndian(UInt32(contents.count)) + body + bigEndian(UInt32(checksum))
}

private func bigEndian(_ number: UInt32) -> [UInt8] {
  [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
}
