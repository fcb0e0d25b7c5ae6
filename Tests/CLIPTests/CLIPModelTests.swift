import CLIP
import Foundation
import Imaging
import Testing
import TestSupport

/// Goldens: `Tools/goldens/make_goldens.py` lets the reference's own tokenizer and image processor
/// (Pillow's) read the same strings and files.
@Suite struct CLIPModelTests {
  struct Files: Decodable {
    let strings: [String]
    let pictures: [String]
    let pictureVectors: [[Float]]
    let stringVectors: [[Float]]
  }

  let directory: String
  let files: Files

  init() throws {
    directory = try EncoderTests.directory("tiny-quick-gelu")
    let data = try Data(contentsOf: URL(filePath: directory + "/files.json"))
    files = try JSONDecoder().decode(Files.self, from: data)
  }

  private func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: directory + "/" + name)))
  }

  private func difference(_ a: [Float], _ b: [Float]) -> Float {
    a.count == b.count ? zip(a, b).map { abs($0 - $1) }.max() ?? 1 : 1
  }

  @Test func `files and strings give the vectors of the reference`() throws {
    let model = try CLIPModel(directory: directory, precision: .f32)
    let pictures = model.encode(images: try files.pictures.map(bytes))
    for (picture, expected) in zip(pictures, files.pictureVectors) {
      #expect(difference(try picture.get(), expected) <= 1e-5)
    }
    let texts = model.encode(texts: files.strings)
    for (text, expected) in zip(texts, files.stringVectors) {
      #expect(difference(text, expected) <= 1e-5)
    }
    #expect(pictures.count == 2 && texts.count == 4 && model.dimensions == 20)
  }

  @Test func `a picture that cannot be decoded is an error of its own`() throws {
    let model = try CLIPModel(directory: directory, precision: .f32)
    let results = model.encode(images: [[], try bytes("gradient.png"), [1, 2, 3]])
    #expect(throws: ImagingError.empty) { try results[0].get() }
    #expect(difference(try results[1].get(), files.pictureVectors[0]) <= 1e-5)
    #expect(throws: ImagingError.self) { try results[2].get() }
    #expect(model.encode(images: []).isEmpty && model.encode(texts: []).isEmpty)
  }

  @Test func `remembered texts are the same vectors in their order`() throws {
    let model = try CLIPModel(directory: directory, precision: .f32)
    let first = model.encode(texts: files.strings)
    let again = model.encode(texts: files.strings.reversed() + ["new", files.strings[0]])
    #expect(Array(again[..<4]) == first.reversed() && again[5] == first[0])
  }

  @Test(arguments: CLIPModel.Precision.allCases)
  func `packed weights are kept and mapped`(precision: CLIPModel.Precision) throws {
    let cache = TemporaryDirectory()
    func open() throws -> CLIPModel {
      try CLIPModel(directory: directory, precision: precision, cache: .directory(cache.path))
    }
    let expected = try open().encode(texts: files.strings)
    let names = try FileManager.default.contentsOfDirectory(atPath: cache.path)
    #expect(names.count == 1)
    let file = URL(filePath: cache.appending(names[0]))
    #expect(names[0].contains(try open().fingerprint))
    let written = try Data(contentsOf: file)
    #expect(try open().encode(texts: files.strings) == expected)

    // A file that ends early, or of other weights, is replaced.
    try written.prefix(written.count / 2).write(to: file)
    #expect(try open().encode(texts: files.strings) == expected)
    #expect(try Data(contentsOf: file) == written)

    // What is mapped is what is used: other bytes give other vectors.
    var altered = written
    altered.replaceSubrange(0..<2000, with: [UInt8](repeating: 0x3d, count: 2000))
    try altered.write(to: file)
    let picture = try bytes("gradient.png")
    let mapped = try open().encode(images: [picture])[0].get()
    let packed = try CLIPModel(directory: directory, precision: precision, cache: .none)
      .encode(images: [picture])[0].get()
    #expect(mapped != packed)
  }

  @Test func `a directory without a model is refused`() {
    #expect(throws: ModelError.self) { try CLIPModel(directory: "/nonexistent") }
  }

  @Test func `the cache forgets what was used longest ago`() {
    var cache = LRUCache<Int, Int>(capacity: 3)
    for key in 1...3 { cache.insert(key * 10, for: key) }
    #expect(cache.value(for: 1) == 10)
    cache.insert(40, for: 4)
    #expect(cache.value(for: 2) == nil && cache.value(for: 3) == 30 && cache.count == 3)
    cache.insert(11, for: 1)
    cache.insert(50, for: 5)
    #expect(cache.value(for: 4) == nil && cache.value(for: 1) == 11 && cache.value(for: 5) == 50)
  }

  @Test func `the cache equals a list in order of use`() {
    var generator = SplitMix(seed: 9)
    var cache = LRUCache<Int, Int>(capacity: 8), list: [(key: Int, value: Int)] = []
    for step in 0..<5000 {
      let key = Int.random(in: 0..<16, using: &generator)
      let known = list.firstIndex { $0.key == key }.map { list.remove(at: $0) }
      if Bool.random(using: &generator) {
        #expect(cache.value(for: key) == known?.value, "step \(step) of seed 9")
        if let known { list.append(known) }
      } else {
        cache.insert(step, for: key)
        if list.count == 8 { list.removeFirst() }
        list.append((key, step))
      }
    }
    #expect(cache.count == list.count)
  }
}
