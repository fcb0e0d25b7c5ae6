import CLIP
import Foundation
import Kernels

/// Vitrine's side of the inference benchmark.
///
///     InferenceBench serve --model DIR --precision f32|bf16|i8 --threads N
///     InferenceBench pipeline --model DIR --precision f32|bf16|i8 --threads N --list FILE
///     InferenceBench ready --model DIR --precision f32|bf16|i8
///     InferenceBench embed --model DIR --precision f32|bf16|i8
///
/// `serve` prints one line of JSON when it is ready and one for each line of commands it reads;
/// `pipeline` times the picture files that FILE lists; `ready` times the opening of a model without
/// packed weights on disk, then with them; `embed` prints the vectors of the inputs in
/// DIR/golden.json.
@main struct InferenceBench {
  static func main() {
    do {
      try run()
    } catch {
      FileHandle.standardError.write(Data("InferenceBench: \(error)\n".utf8))
      exit(error is Usage ? 64 : 1)
    }
  }

  private static func run() throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    func option(_ name: String) throws -> String {
      guard let index = arguments.firstIndex(of: name), index + 1 < arguments.count else {
        throw Usage(missing: name)
      }
      return arguments[index + 1]
    }
    guard let precision = CLIPModel.Precision(rawValue: try option("--precision")) else {
      throw Usage(missing: "--precision f32|bf16|i8")
    }
    let directory = try option("--model")
    switch arguments.first {
    case "serve":
      let threads = Int(try option("--threads")) ?? 1
      try Server(directory: directory, precision: precision, threads: threads).serve()
    case "pipeline":
      let threads = Int(try option("--threads")) ?? 1
      try Pipeline(
        directory: directory, precision: precision, threads: threads, list: try option("--list")
      ).run()
    case "ready": try ready(directory: directory, precision: precision)
    case "embed": try embed(directory: directory, precision: precision)
    default: throw Usage(missing: "serve, pipeline, ready or embed")
    }
  }

  struct Usage: Error, CustomStringConvertible {
    let missing: String
    var description: String { "\(missing) is missing" }
  }
}

/// The pixels of image `index`, as Tools/goldens/checkpoints.py computes them.
func pixels(_ index: Int, side: Int) -> [Float] {
  (0..<3 * side * side).map { i in
    Float((i * 7919 + index * 104_729 + i * i % 977) % 4001) / 1000 - 2
  }
}

extension Encoders {
  convenience init(directory: String, precision: CLIPModel.Precision, threads: Int) throws {
    try self.init(
      CLIPConfiguration(path: directory + "/config.json"),
      weights: Weights(directory: directory), precision: precision, threads: threads,
      kernels: .best)
  }

  func encode(_ images: ArraySlice<[Float]>) -> [[Float]] {
    encodeImages(images.count) { (index, out: inout MutableSpan<Float>) in
      let image = images[images.startIndex + index]
      for i in out.indices { out[i] = image[i] }
    }.map { $0.get() }
  }
}

private func ready(directory: String, precision: CLIPModel.Precision) throws {
  let cache = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
  defer { try? FileManager.default.removeItem(atPath: cache) }
  func time(_ name: String, _ cache: CLIPModel.WeightsCache) throws {
    let before = Clock.now()
    _ = try CLIPModel(directory: directory, precision: precision, cache: cache)
    let after = Clock.now()
    print(
      "\(precision.rawValue) \(name): \(after.wall - before.wall) s,",
      "\(after.processor - before.processor) s of processor time")
  }
  try time("packed", .none)
  try time("packed and written", .directory(cache))
  try time("mapped", .directory(cache))
}

private func embed(directory: String, precision: CLIPModel.Precision) throws {
  struct Golden: Codable {
    var imageVectors: [[Float]]
    var texts: [[Int32]]
    var textVectors: [[Float]]
  }
  let data = try Data(contentsOf: URL(filePath: directory + "/golden.json"))
  var golden = try JSONDecoder().decode(Golden.self, from: data)
  let encoders = try Encoders(directory: directory, precision: precision, threads: 2)
  let side = encoders.configuration.vision.imageSize
  let images = golden.imageVectors.indices.map { pixels($0, side: side) }
  golden.imageVectors = encoders.encode(images[...])
  golden.textVectors = encoders.encodeTexts(golden.texts)
  FileHandle.standardOutput.write(try JSONEncoder().encode(golden))
}
