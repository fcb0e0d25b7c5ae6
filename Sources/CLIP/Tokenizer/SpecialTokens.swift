import Foundation

/// A token that is recognised in the text by its spelling.
struct AddedToken: Decodable {
  let content: String
  /// Whether it is looked for after normalisation, and so in any case of letters.
  let isNormalized: Bool
  /// Whether it swallows white space or wants word boundaries around it.
  let isPadded: Bool

  enum CodingKeys: String, CodingKey {
    case content, normalized, special, lstrip, rstrip
    case singleWord = "single_word"
  }

  /// From an object, or from a string, which is a special token without frills.
  init(from decoder: any Decoder) throws {
    if let content = try? decoder.singleValueContainer().decode(String.self) {
      self.content = content
      isNormalized = false
      isPadded = false
      return
    }
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func flag(_ key: CodingKeys) throws -> Bool? {
      try values.decodeIfPresent(Bool.self, forKey: key)
    }
    content = try values.decode(String.self, forKey: .content)
    isNormalized = try flag(.normalized) ?? !(flag(.special) ?? true)
    isPadded = try [.lstrip, .rstrip, .singleWord].contains { try flag($0) ?? false }
  }
}

/// The marks of a tokenizer and what else is recognised by spelling, gathered from the files in the
/// order of precedence that the reference has.
struct SpecialTokens {
  let beginning: String
  let end: String
  /// Stands for a byte that the vocabulary lacks.
  let unknown: String
  let added: [AddedToken]

  private static let names = [
    "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
  ]

  static func paths(in directory: String) -> [String] {
    [directory + "/tokenizer_config.json", directory + "/special_tokens_map.json"]
  }

  /// - Parameter listed: the `added_tokens` of `tokenizer.json`.
  init(directory: String, listed: [AddedToken]) throws(ModelError) {
    var settings = Settings()
    for (index, path) in Self.paths(in: directory).enumerated() where MappedFile.exists(path) {
      // The older special_tokens_map.json counts only where the newer list is absent.
      if index == 1, settings.decoder != nil { continue }
      settings.merge(try decodeJSON(Settings.self, at: path))
    }
    let end = settings.named["eos_token"]?.content ?? "<|endoftext|>"
    beginning = settings.named["bos_token"]?.content ?? "<|startoftext|>"
    unknown = settings.named["unk_token"]?.content ?? "<|endoftext|>"
    self.end = end

    let known = settings.decoder ?? listed
    var added = Dictionary(known.map { ($0.content, $0) }) { _, later in later }
    let isKnown = Set(added.keys)
    for name in Self.names {
      let standard = Self.standard[name].map(AddedToken.init(content:))
      guard let token = settings.named[name] ?? standard, !isKnown.contains(token.content) else {
        continue
      }
      added[token.content] = token
    }
    self.added =
      known.compactMap { added.removeValue(forKey: $0.content) }
      + added.values.sorted { $0.content < $1.content }
    if let token = self.added.first(where: \.isPadded) {
      throw .unsupported(
        path: directory, setting: "added token \(token.content)",
        expected: "no lstrip, rstrip or single_word", found: "one of them")
    }
  }

  private static let standard = [
    "bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>",
    "pad_token": "<|endoftext|>",
  ]

  /// What one file says.
  private struct Settings: Decodable {
    var named: [String: AddedToken] = [:]
    var decoder: [AddedToken]?

    init() {}

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: Key.self)
      for name in SpecialTokens.names {
        named[name] = try values.decodeIfPresent(AddedToken.self, forKey: Key(name))
      }
      let listed = try values.decodeIfPresent(
        [String: AddedToken].self, forKey: Key("added_tokens_decoder"))
      self.decoder = listed.map { tokens in
        tokens.sorted { (Int($0.key) ?? 0) < (Int($1.key) ?? 0) }.map(\.value)
      }
    }

    mutating func merge(_ later: Settings) {
      named.merge(later.named) { _, new in new }
      decoder = decoder ?? later.decoder
    }
  }

  private struct Key: CodingKey {
    let stringValue: String
    let intValue: Int? = nil
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { return nil }
  }
}

extension AddedToken {
  fileprivate init(content: String) {
    self.content = content
    isNormalized = false
    isPadded = false
  }
}
