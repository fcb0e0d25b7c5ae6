import BenchSupport
import CLIP
import Foundation
import Imaging

/// Runs what comes before the encoders, decoding, preprocessing and tokenizing, for
/// `Tools/goldens/compare` and `Tools/bench/input/run`.
///
///     InputBench pixels CONFIG LIST OUT [scaled]   the inputs of the pictures in LIST, as float32
///     InputBench time CONFIG LIST REPEATS [scaled] milliseconds of CPU a picture: decode, preprocess
///     InputBench tokens DIRECTORY FILE             ids of the JSON strings in FILE, a line each
@main
struct InputBench {
  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    switch (arguments.first, arguments.count) {
    case ("pixels", 4...5):
      let pictures = try Pictures(Array(arguments.dropFirst()))
      try pictures.writePixels(to: arguments[arguments.startIndex + 3])
    case ("time", 4...5):
      let pictures = try Pictures(Array(arguments.dropFirst()))
      try pictures.time(repeats: Int(arguments[arguments.startIndex + 3]) ?? 1)
    case ("tokens", 3):
      try tokens(directory: arguments[2], file: arguments[3])
    default:
      FileHandle.standardError.write(Data("usage: see InputBench.swift\n".utf8))
      exit(64)
    }
  }

  static func tokens(directory: String, file: String) throws {
    let tokenizer = try Tokenizer(directory: directory, contextLength: 77)
    let lines = try Data(contentsOf: URL(filePath: file)).split(separator: 10)
    let texts = try lines.map {
      try JSONDecoder().decode(String.self, from: $0)
    }
    let start = ProcessTime.processor
    let ids = texts.map(tokenizer.encode)
    let seconds = ProcessTime.processor - start
    for ids in ids { print(ids.map(String.init).joined(separator: " ")) }
    let rate = Int(Double(texts.count) / seconds)
    FileHandle.standardError.write(Data("\(rate) texts a second of CPU\n".utf8))
  }
}

/// A list of picture files and how to prepare them.
struct Pictures {
  let preprocessor: Preprocessor
  let files: [[UInt8]]
  let targetSide: Int?

  init(_ arguments: [String]) throws {
    preprocessor = Preprocessor(configuration: try .init(path: arguments[0]))
    files = try String(contentsOfFile: arguments[1], encoding: .utf8).split(separator: "\n").map {
      [UInt8](try Data(contentsOf: URL(filePath: String($0))))
    }
    targetSide = arguments.last == "scaled" ? preprocessor.targetSide : nil
  }

  func preprocess(_ image: Image) -> [Float] {
    let size = preprocessor.outputSize(width: image.width, height: image.height)
    var values = [Float](repeating: 0, count: 3 * size.width * size.height)
    var span = values.mutableSpan
    preprocessor(image, into: &span)
    return values
  }

  func writePixels(to path: String) throws {
    try Data().write(to: URL(filePath: path))
    let out = try FileHandle(forWritingTo: URL(filePath: path))
    for file in files {
      let image = try Image.decode(file, for: targetSide)
      try preprocess(image).withUnsafeBytes { try out.write(contentsOf: Data($0)) }
    }
  }

  func time(repeats: Int) throws {
    var decoding = 0.0
    var preprocessing = 0.0
    for _ in 0..<repeats {
      for file in files {
        let start = ProcessTime.processor
        let image = try Image.decode(file, for: targetSide)
        let decoded = ProcessTime.processor
        _ = preprocess(image)
        decoding += decoded - start
        preprocessing += ProcessTime.processor - decoded
      }
    }
    let scale = 1000 / Double(repeats * files.count)
    print(decoding * scale, preprocessing * scale)
  }
}
