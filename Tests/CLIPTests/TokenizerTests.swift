import CLIP
import Foundation
import Testing
import TestSupport

/// Goldens: `Tools/goldens/make_tokens.py` asks transformers' CLIPTokenizer.
@Suite struct TokenizerTests {
  struct Golden: Decodable {
    struct Case: Decodable {
      let text: String
      let ids: [Int32]
    }

    let name: String
    /// Files that lie beside the fixture's, or with `nil` take one away.
    let files: [String: String?]
    let cases: [Case]
  }

  static func fixture(_ name: String) throws -> Data {
    let directory = try #require(Bundle.module.resourceURL)
    return try Data(contentsOf: directory.appending(path: "Fixtures/tokenizer/" + name))
  }

  static func goldens() throws -> [Golden] {
    try JSONDecoder().decode([Golden].self, from: fixture("goldens.json"))
  }

  /// The fixture's files as a golden changes them.
  static func directory(_ golden: Golden) throws -> TemporaryDirectory {
    let directory = TemporaryDirectory()
    for name in ["vocab.json", "merges.txt"] where golden.files[name] == nil {
      try directory.write(fixture(name), to: name)
    }
    for (name, text) in golden.files {
      guard var text else { continue }
      if name == "tokenizer.json" {
        let vocabulary = String(decoding: try fixture("vocab.json"), as: UTF8.self)
        text = text.replacing("\"vocab\": {}", with: "\"vocab\": \(vocabulary)")
      }
      try directory.write(text, to: name)
    }
    return directory
  }

  static func plain(contextLength: Int = 77) throws -> Tokenizer {
    let files = try ["vocab.json", "merges.txt"].map { ($0, try fixture($0)) }
    let directory = try TemporaryDirectory(Dictionary(uniqueKeysWithValues: files))
    return try Tokenizer(directory: directory.path, contextLength: contextLength)
  }

  @Test(arguments: 0..<6)
  func `ids equal the reference`(variant: Int) throws {
    let golden = try Self.goldens()[variant]
    let directory = try Self.directory(golden)
    let tokenizer = try Tokenizer(directory: directory.path, contextLength: 1000)
    #expect(golden.cases.count == 30)
    for golden in golden.cases {
      #expect(tokenizer.encode(golden.text) == golden.ids, "\(golden.text)")
    }
  }

  @Test func `merges are read whatever ends their lines`() throws {
    let files = try ["vocab.json", "merges.txt"].map { ($0, try Self.fixture($0)) }
    let directory = try TemporaryDirectory(Dictionary(uniqueKeysWithValues: files))
    let merges = String(decoding: try Self.fixture("merges.txt"), as: UTF8.self)
    try directory.write(merges.replacing("\n", with: "\r\n"), to: "merges.txt")
    let tokenizer = try Tokenizer(directory: directory.path, contextLength: 1000)
    let text = "one two three four five"
    #expect(tokenizer.encode(text) == (try Self.plain(contextLength: 1000).encode(text)))
  }

  @Test func `long text is cut before the closing mark`() throws {
    let tokenizer = try Self.plain(contextLength: 7)
    let whole = try Self.plain(contextLength: 1000).encode("one two three four five")
    let ids = tokenizer.encode("one two three four five")
    #expect(ids.count == 7)
    #expect(ids.dropLast() == whole.prefix(6))
    #expect(ids.first == tokenizer.beginning && ids.last == tokenizer.end)
    #expect(tokenizer.encode("") == [tokenizer.beginning, tokenizer.end])
  }

  @Test func `ten thousand characters of any kind are cut`() throws {
    let tokenizer = try Self.plain()
    for unit in [
      "a", "ab ", "!", "7", "é", "连", "👩🏽‍🎤", "e\u{301}", " ", "<|endoftext|>", "a\u{300}\u{316}",
    ] {
      let text = String(repeating: unit, count: 10_000)
      let ids = tokenizer.encode(text)
      #expect(ids.count == (unit == " " ? 2 : 77), "\(unit)")
    }
  }

  @Test func `broken files are named`() throws {
    let vocabulary = try Self.fixture("vocab.json")
    func problem(_ files: [String: String]) throws -> String {
      let directory = try TemporaryDirectory(files.mapValues { Data($0.utf8) })
      if files["vocab.json"] == nil, files["tokenizer.json"] == nil, !files.isEmpty {
        try directory.write(vocabulary, to: "vocab.json")
      }
      do {
        _ = try Tokenizer(directory: directory.path, contextLength: 77)
      } catch {
        return "\(error)".replacing(directory.path, with: "DIR")
      }
      return ""
    }
    #expect(
      try problem([:])
        == "DIR/tokenizer.json: not found, and no vocab.json with merges.txt either")
    #expect(
      try problem(["merges.txt": "#version: 0.2\ni n\na b c\n"])
        == "DIR/merges.txt:3: expected two tokens and a blank between them, found \"a b c\"")
    #expect(
      try problem(["merges.txt": "i n\nq zz\n"])
        == "DIR/merges.txt: expected merges of tokens in the vocabulary, found \"q zz\"")
    #expect(
      try problem(["vocab.json": "{\"a\": 1}", "merges.txt": ""])
        == "DIR/merges.txt: expected token <|startoftext|>, found no such token")
    #expect(
      try problem(["vocab.json": "{\"a\": 1, \"b\": -7}", "merges.txt": ""])
        == "DIR/vocab.json: expected ids from 0, found -7 for token b")
    #expect(
      try problem(["tokenizer.json": "{\"model\": {\"vocab\": {\"a\": -1}, \"merges\": []}}"])
        == "DIR/tokenizer.json: expected ids from 0, found -1 for token a")
    #expect(
      try problem([
        "tokenizer.json": "{\"model\": {\"type\": \"Unigram\", \"vocab\": {}, \"merges\": []}}"
      ])
        == "DIR/tokenizer.json: model.type: expected BPE, found Unigram")
    #expect(try problem(["tokenizer.json": "{"]).hasPrefix("DIR/tokenizer.json: expected"))
  }
}
