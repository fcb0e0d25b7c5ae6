import Foundation

/// What the command line says.
struct Options {
  var catalogue = ""
  var images = ""
  var model = ""

  init(_ arguments: [String]) {
    var rest = arguments.dropFirst()
    while let argument = rest.popFirst() {
      switch argument {
      case "--images": images = rest.popFirst() ?? ""
      case "--model": model = rest.popFirst() ?? ""
      default: catalogue = argument
      }
    }
    guard !catalogue.isEmpty, !images.isEmpty, !model.isEmpty else {
      let usage = "QualityBench CATALOGUE.jsonl --images FOLDER|TAR --model DIR\n"
      FileHandle.standardError.write(Data(usage.utf8))
      exit(64)
    }
  }
}
