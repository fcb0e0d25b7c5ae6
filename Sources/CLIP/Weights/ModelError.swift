/// Why a directory could not be used as a CLIP model. Every message names the place, what was
/// expected there and what was found.
public enum ModelError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A file of the model is not there or cannot be read.
  case unreadable(path: String, reason: String)
  /// The directory holds a model, but not a CLIP.
  case notCLIP(path: String, found: String)
  /// A file breaks its own format.
  case malformed(path: String, expected: String, found: String)
  /// A setting that no code here computes.
  case unsupported(path: String, setting: String, expected: String, found: String)
  /// The weights lack a tensor that the configuration asks for.
  case missingTensor(path: String, name: String, expected: [Int])
  /// A tensor's shape contradicts the configuration.
  case misshapenTensor(path: String, name: String, expected: [Int], found: [Int])
  /// A tensor holds elements that are not F32, F16 or BF16.
  case tensorType(path: String, name: String, found: String)
  /// The system did not give the memory that the weights or activations need.
  case outOfMemory(bytes: Int)

  /// One sentence: the place, what was expected, what was found.
  public var description: String {
    switch self {
    case .unreadable(let path, let reason):
      "\(path): \(reason)"
    case .notCLIP(let path, let found):
      "\(path): not a CLIP model: expected model_type \"clip\", found \(found)"
    case .malformed(let path, let expected, let found):
      "\(path): expected \(expected), found \(found)"
    case .unsupported(let path, let setting, let expected, let found):
      "\(path): \(setting): expected \(expected), found \(found)"
    case .missingTensor(let path, let name, let expected):
      "\(path): tensor \(name) is missing; expected shape \(expected)"
    case .misshapenTensor(let path, let name, let expected, let found):
      "\(path): tensor \(name): expected shape \(expected), found \(found)"
    case .tensorType(let path, let name, let found):
      "\(path): tensor \(name): expected type F32, F16 or BF16, found \(found)"
    case .outOfMemory(let bytes):
      "out of memory: the model needs \(bytes >> 20) MiB of address space"
    }
  }
}
