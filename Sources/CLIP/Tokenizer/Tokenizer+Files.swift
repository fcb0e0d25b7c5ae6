import Foundation

extension Tokenizer {
  /// Loads `tokenizer.json`, or `vocab.json` with `merges.txt`, and the marks that
  /// `tokenizer_config.json` and `special_tokens_map.json` rename.
  ///
  /// As in the reference, only the vocabulary, merges and added tokens of `tokenizer.json` count:
  /// what a CLIP does with text is the same whichever files describe it.
  ///
  /// - Parameters:
  ///   - directory: where the files are.
  ///   - contextLength: the model's `max_position_embeddings`, at least 2.
  /// - Throws: ``ModelError`` naming the file and what is missing or broken in it.
  public init(directory: String, contextLength: Int) throws(ModelError) {
    let files = try TokenizerFiles.load(directory: directory)
    let marks = try SpecialTokens(directory: directory, listed: files.added)
    guard contextLength >= 2 else {
      throw .unsupported(
        path: directory, setting: "context length", expected: "at least 2",
        found: "\(contextLength)")
    }
    func id(_ mark: String) throws(ModelError) -> Int32 {
      guard let id = files.vocabulary[mark] else {
        throw .malformed(path: files.path, expected: "token \(mark)", found: "no such token")
      }
      return id
    }
    self.contextLength = contextLength
    beginning = try id(marks.beginning)
    end = try id(marks.end)
    encoder = try BytePairEncoder(files, unknown: id(marks.unknown))

    var next = Int32(files.vocabulary.count)
    var literals: [(spelling: [Unicode.Scalar], id: Int32)] = []
    var normalized = literals
    for token in marks.added {
      let id = files.vocabulary[token.content] ?? next
      if id == next { next += 1 }
      let spelling = Array(token.content.unicodeScalars)
      if token.isNormalized {
        normalized.append((TextNormalizer.normalized(spelling[...]), id))
      } else {
        literals.append((spelling, id))
      }
    }
    self.literals = LiteralTokens(literals)
    normalizedLiterals = LiteralTokens(normalized)
    largestID = max(next - 1, files.vocabulary.values.max() ?? 0)
  }

  /// The files of the tokenizer in `directory`, those that exist.
  static func paths(in directory: String) -> [String] {
    let json = directory + "/tokenizer.json"
    let files =
      MappedFile.exists(json) ? [json] : [directory + "/vocab.json", directory + "/merges.txt"]
    return (files + SpecialTokens.paths(in: directory)).filter(MappedFile.exists)
  }
}

extension BytePairEncoder {
  fileprivate init(_ files: TokenizerFiles, unknown: Int32) throws(ModelError) {
    let vocabulary = files.vocabulary
    let symbols = Self.byteSymbols
    inside = symbols.map { vocabulary[$0] ?? unknown }
    last = symbols.map { vocabulary[$0 + "</w>"] ?? unknown }
    var merges: [UInt64: Merge] = [:]
    merges.reserveCapacity(files.merges.count)
    for (rank, pair) in files.merges.enumerated() {
      guard let left = vocabulary[pair.left], let right = vocabulary[pair.right],
        let result = vocabulary[pair.left + pair.right]
      else {
        throw .malformed(
          path: files.path, expected: "merges of tokens in the vocabulary",
          found: "\"\(pair.left) \(pair.right)\"")
      }
      merges[Self.key(left, right)] = Merge(rank: UInt32(rank), result: result)
    }
    self.merges = merges
  }

  /// The printable character that vocabulary files write for each byte: itself where it is
  /// printable Latin-1, otherwise the next free one from U+0100.
  private static var byteSymbols: [String] {
    var next: UInt32 = 0x100
    return (0..<256).map { (byte: UInt32) in
      let isPrintable =
        (0x21...0x7e).contains(byte) || (0xa1...0xac).contains(byte) || (0xae...0xff).contains(byte)
      let scalar = isPrintable ? byte : next
      if !isPrintable { next += 1 }
      return Unicode.Scalar(scalar).map { String(Character($0)) } ?? ""
    }
  }
}
