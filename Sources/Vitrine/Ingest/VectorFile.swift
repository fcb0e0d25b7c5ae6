internal import Foundation

/// A file of vectors, row by row: NumPy's `.npy` (f16, f32 or f64, little-endian), or bare f32.
package struct VectorFile: Sendable {
  private enum Format: Int {
    case float16 = 2
    case float32 = 4
    case float64 = 8

    var size: Int { rawValue }

    /// The format that a header of NumPy calls so.
    init?(named name: String?) {
      switch name {
      case "'<f2'", "'|f2'": self = .float16
      case "'<f4'": self = .float32
      case "'<f8'": self = .float64
      default: return nil
      }
    }
  }

  /// How the numbers lie in the file.
  private struct Layout {
    let format: Format
    let dimensions: Int
    let start: Int
  }

  var dimensions: Int { layout.dimensions }
  private let file: FileBytes
  private let layout: Layout

  /// Opens a file that must hold `rows` vectors.
  ///
  /// - Throws: ``VitrineError`` if it cannot be read, or its header or size are not as they must be.
  init(path: String, rows: Int) throws(VitrineError) {
    file = try FileBytes(path: path)
    let head = try file.read(at: 0, count: 12)
    if head.starts(with: [0x93] + Array("NUMPY".utf8)) {
      layout = try VectorFile.numPyLayout(of: file, head, rows: rows)
    } else {
      guard rows > 0, file.count > 0, file.count.isMultiple(of: 4 * rows) else {
        throw file.bad("expected .npy, or 4-byte floats for \(rows) ids; found \(file.count) bytes")
      }
      layout = Layout(format: .float32, dimensions: file.count / (4 * rows), start: 0)
    }
  }

  /// What the header of a `.npy` file says, which must fit `rows` and the file.
  private static func numPyLayout(
    of file: FileBytes, _ head: [UInt8], rows: Int
  ) throws(VitrineError) -> Layout {
    guard head.count == 12, (1...3).contains(head[6]) else {
      throw file.bad("expected a header of NumPy 1 to 3")
    }
    let wide = head[6] > 1
    let length = Int(head[8]) | Int(head[9]) << 8 | (wide ? Int(head[10]) << 16 : 0)
    let start = (wide ? 12 : 10) + length
    let header = String(decoding: try file.read(at: start - length, count: length), as: UTF8.self)
    let type = entry("descr", in: header)
    guard let format = Format(named: type) else {
      throw file.bad(
        "expected little-endian floats ('<f2', '<f4' or '<f8'), found \(type ?? "none")")
    }
    guard entry("fortran_order", in: header) == "False" else {
      throw file.bad("expected rows in C order; save np.ascontiguousarray(vectors)")
    }
    let shape = VectorFile.shape(in: header)
    guard shape.count == 2, shape[1] > 0 else {
      throw file.bad("expected two dimensions, rows and numbers, found the shape \(shape)")
    }
    guard shape[0] == rows else {
      throw file.bad("expected one vector for each of the \(rows) ids, found \(shape[0])")
    }
    guard let size = (shape + [format.size]).product, size <= Int.max - start else {
      throw file.bad("expected a shape that a file can have, found \(shape)")
    }
    guard file.count == start + size else {
      throw file.bad("expected \(start + size) bytes, found \(file.count)")
    }
    return Layout(format: format, dimensions: shape[1], start: start)
  }

  /// The numbers of a range of rows, row by row.
  func read(_ range: Range<Int>) throws(VitrineError) -> [Float] {
    let (format, count) = (layout.format, range.count * dimensions)
    let bytes = try file.read(
      at: layout.start + range.lowerBound * dimensions * format.size, count: count * format.size)
    guard bytes.count == count * format.size else {
      throw .file(path: file.path, reason: "became shorter while it was read")
    }
    return (0..<count).map { index in
      let offset = index * format.size
      func bits(_ size: Int) -> UInt64 {
        (0..<size).reduce(0) { $0 | UInt64(bytes[offset + $1]) << (8 * $1) }
      }
      switch format {
      case .float16: return VectorFile.float(half: UInt16(bits(2)))
      case .float32: return Float(bitPattern: UInt32(bits(4)))
      case .float64: return Float(Double(bitPattern: bits(8)))
      }
    }
  }

  /// A half-precision number (`Float16` does not exist on every platform).
  private static func float(half: UInt16) -> Float {
    let sign: Float = half & 0x8000 == 0 ? 1 : -1
    let exponent = Int(half >> 10 & 0x1F)
    let fraction = Float(half & 0x3FF)
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default: return sign * Float(sign: .plus, exponent: exponent - 25, significand: 1024 + fraction)
    }
  }

  /// The value of a member of the header, which is a literal of Python.
  private static func entry(_ name: String, in header: String) -> String? {
    guard let found = header.range(of: "'\(name)':") else { return nil }
    let rest = header[found.upperBound...].trimmed
    return rest.prefix { $0 != "," && $0 != "}" }.trimmed
  }

  private static func shape(in header: String) -> [Int] {
    guard let found = header.range(of: "'shape':"),
      let open = header[found.upperBound...].firstIndex(of: "("),
      let close = header[open...].firstIndex(of: ")")
    else { return [] }
    return header[open..<close].dropFirst().split(separator: ",").compactMap { Int($0.trimmed) }
  }

  /// The header of a `.npy` file of f32, padded so that numbers begin at a multiple of 64 bytes.
  package static func header(rows: Int, dimensions: Int) -> [UInt8] {
    let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(rows), \(dimensions)), }"
    let length = (10 + text.utf8.count + 1 + 63) / 64 * 64 - 10
    let padding = String(repeating: " ", count: length - text.utf8.count - 1)
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)]
      + Array((text + padding + "\n").utf8)
  }
}

extension FileBytes {
  fileprivate func bad(_ reason: String) -> VitrineError {
    .badData(path: path, row: 0, column: nil, reason: reason)
  }
}
