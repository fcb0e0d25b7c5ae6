import CLIP
import Foundation
import Testing
import TestSupport

@Suite struct WeightsTests {
  static func bytes<T>(_ values: [T]) -> Data { values.withUnsafeBytes { Data($0) } }

  static func read(_ tensor: Tensor) -> [Float] {
    var values = [Float](repeating: -1, count: tensor.count)
    var span = values.mutableSpan
    tensor.copy(into: &span)
    return values
  }

  @Test func `every half converts exactly`() throws {
    let patterns = (0...UInt16.max).map { $0 }
    var writer = SafetensorsWriter()
    writer.add("odd", "I8", [1], Data([0]))  // what follows is unaligned
    writer.add("half", "F16", [256, 256], Self.bytes(patterns))
    writer.add("brain", "BF16", [65536], Self.bytes(patterns))
    writer.add("single", "F32", [3], Self.bytes([1.5, -0.25, Float.greatestFiniteMagnitude]))
    let directory = try TemporaryDirectory(["model.safetensors": writer.file()])
    let weights = try Weights(directory: directory.path)
    let half = Self.read(try weights.tensor("half", shape: [256, 256]))
    let brain = Self.read(try weights.tensor("brain", shape: [65536]))
    for pattern in patterns {
      let exponent = Int(pattern >> 10 & 31), mantissa = Float(pattern & 1023)
      let sign: Float = pattern >> 15 == 0 ? 1 : -1
      let value = half[Int(pattern)]
      switch exponent {
      case 31: #expect(mantissa == 0 ? value == sign * .infinity : value.isNaN)
      case 0:
        #expect(value == sign * mantissa * 0x1p-24 && value.sign == (sign > 0 ? .plus : .minus))
      default:
        #expect(
          value == sign * (1024 + mantissa)
            * Float(sign: .plus, exponent: exponent - 25, significand: 1))
      }
      #expect(brain[Int(pattern)].bitPattern == UInt32(pattern) << 16)
    }
    #expect(
      Self.read(try weights.tensor("single", shape: [3]))
        == [1.5, -0.25, .greatestFiniteMagnitude])
  }

  @Test func `a range of rows is read`() throws {
    var writer = SafetensorsWriter()
    writer.add(
      "t", "BF16", [5, 9], Self.bytes((0..<45).map { UInt16(Float($0).bitPattern >> 16) }))
    let directory = try TemporaryDirectory(["model.safetensors": writer.file()])
    let tensor = try Weights(directory: directory.path).tensor("t", shape: [5, 9])
    var rows = [Float](repeating: -1, count: 20)
    var span = rows.mutableSpan
    tensor.copy(9..<27, into: &span)
    #expect(rows == (9..<27).map(Float.init) + [-1, -1])
  }

  @Test func `wrong names shapes and types are explained`() throws {
    var writer = SafetensorsWriter()
    writer.add("text_model.embeddings.position_ids", "I64", [1, 2], Self.bytes([0, 1]))
    writer.add("w", "F16", [2, 3], Data(count: 12))
    let directory = try TemporaryDirectory(["model.safetensors": writer.file()])
    let weights = try Weights(directory: directory.path)
    func problem(_ name: String, _ shape: [Int]) -> String {
      do { _ = try weights.tensor(name, shape: shape) } catch {
        return "\(error)".replacing(directory.path, with: "DIR")
      }
      return ""
    }
    #expect(
      problem("w", [3, 2])
        == "DIR/model.safetensors: tensor w: expected shape [3, 2], found [2, 3]")
    #expect(
      problem("v", [3])
        == "DIR/model.safetensors: tensor v is missing; expected shape [3]")
    #expect(
      problem("text_model.embeddings.position_ids", [1, 2]).hasSuffix(
        "expected type F32, F16 or BF16, found I64"))
  }

  /// What is said of a file; nothing if it is right.
  private func problem(_ data: Data) throws -> String {
    let directory = try TemporaryDirectory(["model.safetensors": data])
    do { _ = try Weights(directory: directory.path) } catch {
      return "\(error)".replacing(directory.path + "/model.safetensors: ", with: "")
    }
    return ""
  }

  /// Weights of one tensor of four numbers.
  private static var good: SafetensorsWriter {
    var writer = SafetensorsWriter()
    writer.add("w", "F32", [2, 2], Data(count: 16))
    return writer
  }

  @Test func `files that are not whole are refused`() throws {
    let file = try Self.good.file()
    #expect(try problem(file) == "")
    #expect(try problem(Data()).hasSuffix("found a file of 0 bytes"))
    #expect(
      try problem(Data([255, 255, 255, 255, 255, 255, 255, 255])).contains("header length of"))
    #expect(try problem(file.prefix(30)).contains("header that fits"))
    #expect(try problem(file.dropLast(1)).contains("tensor w inside 15 bytes"))
    #expect(try problem(file + Data([0])) == "expected 16 bytes of data after the header, found 17")
    var garbage = file
    garbage[9] = 0x7b
    #expect(try problem(garbage).contains("invalid JSON"))
  }

  @Test func `headers that lie are refused`() throws {
    func altered(_ entry: [String: Any]) throws -> Data {
      var writer = Self.good
      writer.header["w"] = entry
      return try writer.file()
    }
    #expect(
      try problem(altered(["dtype": "F32", "shape": [2, 3], "data_offsets": [0, 16]]))
        == "expected 24 bytes for tensor w of type F32 and shape [2, 3], found 16")
    for offsets in [[0, 20], [-4, 12], [16, 0], [0], [0, Int.max]] {
      let data = try altered(["dtype": "F32", "shape": [2, 2], "data_offsets": offsets])
      #expect(try problem(data).contains("tensor w inside 16 bytes of data, found offsets"))
    }
    for shape in [[Int.max, 4], [-2, -2]] {
      let data = try altered(["dtype": "F32", "shape": shape, "data_offsets": [0, 16]])
      #expect(try problem(data).contains("a countable number of bytes"))
    }
    var overlapping = Self.good
    overlapping.add("v", "F32", [1], Data(count: 4))
    overlapping.header["v"] = ["dtype": "F32", "shape": [2], "data_offsets": [12, 20]]
    #expect(
      try problem(overlapping.file()) == "expected bytes of its own for tensor v, found some of w's"
    )
    #expect(try problem(altered(["dtype": "F32"])).contains("w.shape missing"))
  }

  @Test func `damaged files never crash`() throws {
    var writer = SafetensorsWriter()
    for i in 0..<4 { writer.add("t\(i)", "F16", [i + 1, 3], Data(count: 6 * (i + 1))) }
    let file = try writer.file()
    let directory = TemporaryDirectory()
    for seed in UInt64(0)..<400 {
      var random = SplitMix(seed: seed)
      var bytes = file
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: 0...255, using: &random)
      }
      try directory.write(bytes, to: "model.safetensors")
      guard let weights = try? Weights(directory: directory.path) else { continue }
      for i in 0..<4 {
        if let tensor = try? weights.tensor("t\(i)", shape: [i + 1, 3]) {
          #expect(Self.read(tensor).count == 3 * (i + 1), "seed \(seed)")
        }
      }
    }
  }

  @Test func `shards are found by their index`() throws {
    var first = SafetensorsWriter(), second = SafetensorsWriter()
    first.add("a", "F32", [1], Self.bytes([Float(1)]))
    second.add("b", "F32", [1], Self.bytes([Float(2)]))
    func index(_ b: String) -> Data {
      Data(#"{"weight_map": {"a": "1.safetensors", "b": "\#(b)"}}"#.utf8)
    }
    let directory = try TemporaryDirectory([
      "1.safetensors": first.file(), "2.safetensors": second.file(),
      "model.safetensors.index.json": index("2.safetensors"),
    ])
    let weights = try Weights(directory: directory.path)
    #expect(Self.read(try weights.tensor("a", shape: [1])) == [1])
    #expect(Self.read(try weights.tensor("b", shape: [1])) == [2])
    for (b, words) in [
      ("1.safetensors", "tensor b in"), ("3.safetensors", "No such file"), ("../2", "file names"),
    ] {
      try directory.write(index(b), to: "model.safetensors.index.json")
      let error = #expect(throws: ModelError.self) { try Weights(directory: directory.path) }
      #expect(error?.description.contains(words) == true, "\(b)")
    }
  }

  @Test func `pickled weights are refused with the remedy`() throws {
    let directory = try TemporaryDirectory(["pytorch_model.bin": Data([1])])
    let error = #expect(throws: ModelError.self) { try Weights(directory: directory.path) }
    #expect(error?.description.contains("save the model as safetensors") == true)
  }
}
