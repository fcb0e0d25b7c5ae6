import Foundation

/// Reads and decodes a small JSON file of a model, with errors that name the key.
func decodeJSON<T: Decodable>(_ type: T.Type, at path: String) throws(ModelError) -> T {
  let file = try MappedFile(path: path)
  do {
    return try JSONDecoder().decode(type, from: Data(file.bytes))
  } catch {
    throw .malformed(path: path, expected: "valid settings", found: jsonProblem(error))
  }
}

/// What a JSON decoder stumbled over, in words: the key and the type that was expected.
func jsonProblem(_ error: any Error) -> String {
  func place(_ path: [any CodingKey]) -> String {
    path.isEmpty ? "the file" : path.map(\.stringValue).joined(separator: ".")
  }
  return switch error {
  case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
    "\(place(context.codingPath)): \(context.debugDescription)"
  case DecodingError.keyNotFound(let key, let context):
    "\(place(context.codingPath + [key])) missing"
  case DecodingError.dataCorrupted(let context):
    context.codingPath.isEmpty
      ? "invalid JSON" : "\(place(context.codingPath)): \(context.debugDescription)"
  default: "\(error)"
  }
}
