import Foundation

/// A vocabulary and its merges as they stand in the files of a model.
struct TokenizerFiles {
  /// Where messages point.
  let path: String
  let vocabulary: [String: Int32]
  let merges: [(left: String, right: String)]
  /// Tokens that `tokenizer.json` lists outside the vocabulary.
  let added: [AddedToken]

  static func load(directory: String) throws(ModelError) -> TokenizerFiles {
    let json = directory + "/tokenizer.json"
    let vocabulary = directory + "/vocab.json"
    if MappedFile.exists(json) { return try load(json: json) }
    guard MappedFile.exists(vocabulary) else {
      throw .unreadable(path: json, reason: "not found, and no vocab.json with merges.txt either")
    }
    let merges = directory + "/merges.txt"
    return TokenizerFiles(
      path: merges,
      vocabulary: try checked(decodeJSON([String: Int32].self, at: vocabulary), vocabulary),
      merges: try self.merges(merges), added: [])
  }

  private static func load(json path: String) throws(ModelError) -> TokenizerFiles {
    let file = try decodeJSON(TokenizerJSON.self, at: path)
    guard (file.model.type ?? "BPE") == "BPE" else {
      throw .unsupported(
        path: path, setting: "model.type", expected: "BPE", found: file.model.type ?? "")
    }
    return TokenizerFiles(
      path: path, vocabulary: try checked(file.model.vocab, path), merges: file.model.merges.pairs,
      added: file.added ?? [])
  }

  /// The vocabulary of a file, whose ids must be able to be rows of a table.
  private static func checked(
    _ vocabulary: [String: Int32], _ path: String
  ) throws(ModelError) -> [String: Int32] {
    if let (token, id) = vocabulary.min(by: { $0.value < $1.value }), id < 0 {
      throw .malformed(path: path, expected: "ids from 0", found: "\(id) for token \(token)")
    }
    return vocabulary
  }

  /// Reads `merges.txt`: a pair a line, the most frequent first.
  private static func merges(
    _ path: String
  ) throws(ModelError) -> [(left: String, right: String)] {
    let file = try MappedFile(path: path)
    guard let text = String(validating: file.bytes, as: UTF8.self) else {
      throw .malformed(path: path, expected: "UTF-8 text", found: "invalid bytes")
    }
    var pairs: [(left: String, right: String)] = []
    let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    for (number, line) in lines.enumerated()
    where !line.isEmpty && !line.hasPrefix("#version") {
      let parts = line.split(separator: " ", omittingEmptySubsequences: false)
      guard parts.count == 2 else {
        throw .malformed(
          path: "\(path):\(number + 1)", expected: "two tokens and a blank between them",
          found: "\"\(line.prefix(80))\"")
      }
      pairs.append((String(parts[0]), String(parts[1])))
    }
    return pairs
  }
}

private struct TokenizerJSON: Decodable {
  struct Model: Decodable {
    let type: String?
    let vocab: [String: Int32]
    let merges: Merges
  }

  let model: Model
  let added: [AddedToken]?

  enum CodingKeys: String, CodingKey {
    case model
    case added = "added_tokens"
  }
}

/// Pairs as `"a b"` or, in newer files, `["a", "b"]`.
private struct Merges: Decodable {
  var pairs: [(left: String, right: String)] = []

  init(from decoder: any Decoder) throws {
    let values = try decoder.singleValueContainer()
    let parts: [[String]]
    if let lines = try? values.decode([String].self) {
      parts = lines.map {
        $0.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
      }
    } else {
      parts = try values.decode([[String]].self)
    }
    for pair in parts {
      guard pair.count == 2 else {
        throw DecodingError.dataCorruptedError(
          in: values, debugDescription: "a merge of \(pair.count) tokens: \(pair)")
      }
      pairs.append((pair[0], pair[1]))
    }
  }
}
