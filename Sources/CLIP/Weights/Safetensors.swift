import Foundation

/// One safetensors file, mapped, its header checked against the bytes that are there.
///
/// Layout: a little-endian 64-bit header length, a JSON header
/// `{name: {"dtype", "shape", "data_offsets": [begin, end]}}`, then the data.
struct Safetensors: Sendable {
  /// What the header says of one tensor, after its bounds were found to hold.
  struct Entry: Sendable {
    let type: String
    let shape: [Int]
    let offset: Int
  }

  let file: MappedFile
  let entries: [String: Entry]

  /// The reference implementation's limit; a longer header is garbage read as a length.
  static let largestHeader = 100_000_000

  init(path: String) throws(ModelError) {
    file = try MappedFile(path: path)
    let size = file.bytes.count
    guard size >= 8 else {
      throw Self.malformed(path, "a header length of 8 bytes", "a file of \(size) bytes")
    }
    let length = UInt64(littleEndian: file.bytes.loadUnaligned(as: UInt64.self))
    guard length <= UInt64(Self.largestHeader), Int(length) <= size - 8 else {
      throw Self.malformed(
        path, "a header that fits into the file of \(size) bytes", "a header length of \(length)")
    }
    let header = Data(file.bytes[8..<(8 + Int(length))])
    let raw: RawHeader
    do { raw = try JSONDecoder().decode(RawHeader.self, from: header) } catch {
      throw Self.malformed(path, "a JSON header of tensors", "\(jsonProblem(error))")
    }
    entries = try Self.checked(raw, path: path, dataStart: 8 + Int(length), dataEnd: size)
  }

  private static func checked(
    _ header: RawHeader, path: String, dataStart: Int, dataEnd: Int
  ) throws(ModelError) -> [String: Entry] {
    let available = dataEnd - dataStart
    var entries: [String: Entry] = [:]
    var furthest = 0
    for (name, tensor) in header.tensors {
      guard tensor.offsets.count == 2, tensor.offsets[0] >= 0,
        tensor.offsets[0] <= tensor.offsets[1], tensor.offsets[1] <= available
      else {
        throw malformed(
          path, "tensor \(name) inside \(available) bytes of data", "offsets \(tensor.offsets)")
      }
      let bytes = tensor.offsets[1] - tensor.offsets[0]
      if let width = elementWidths[tensor.type] {
        let wanted = byteCount(tensor.shape, width)
        guard wanted == bytes else {
          throw malformed(
            path,
            "\(wanted.map(String.init) ?? "a countable number of") bytes for tensor \(name)"
              + " of type \(tensor.type) and shape \(tensor.shape)", "\(bytes)")
        }
      }
      furthest = max(furthest, tensor.offsets[1])
      entries[name] = Entry(
        type: tensor.type, shape: tensor.shape, offset: dataStart + tensor.offsets[0])
    }
    let ranges = header.tensors.map { (name: $0.key, offsets: $0.value.offsets) }
      .filter { $0.offsets[0] < $0.offsets[1] }.sorted { $0.offsets[0] < $1.offsets[0] }
    for (one, next) in zip(ranges, ranges.dropFirst()) where next.offsets[0] < one.offsets[1] {
      throw malformed(path, "bytes of its own for tensor \(next.name)", "some of \(one.name)'s")
    }
    guard furthest == available else {
      throw malformed(path, "\(furthest) bytes of data after the header", "\(available)")
    }
    return entries
  }

  private static func byteCount(_ shape: [Int], _ width: Int) -> Int? {
    var total = width
    for size in shape {
      let (product, overflow) = total.multipliedReportingOverflow(by: size)
      guard size >= 0, !overflow else { return nil }
      total = product
    }
    return total
  }

  private static let elementWidths = [
    "F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "U64": 8, "I32": 4, "U32": 4, "I16": 2,
    "U16": 2, "I8": 1, "U8": 1, "BOOL": 1,
  ]

  private static func malformed(
    _ path: String, _ expected: String, _ found: String
  ) -> ModelError { .malformed(path: path, expected: expected, found: found) }
}

/// The JSON header as it stands in the file; `__metadata__` is not a tensor.
private struct RawHeader: Decodable {
  struct Tensor: Decodable {
    let type: String
    let shape: [Int]
    let offsets: [Int]

    enum CodingKeys: String, CodingKey {
      case type = "dtype"
      case shape
      case offsets = "data_offsets"
    }
  }

  struct Name: CodingKey {
    let stringValue: String
    let intValue: Int? = nil
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { return nil }
  }

  let tensors: [String: Tensor]

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Name.self)
    var tensors: [String: Tensor] = [:]
    for name in container.allKeys where name.stringValue != "__metadata__" {
      tensors[name.stringValue] = try container.decode(Tensor.self, forKey: name)
    }
    self.tensors = tensors
  }
}
