package import Foundation

extension JSONEncoder {
  /// The form of all answers: keys in order, slashes as they are, one line.
  package static var answers: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }
}
