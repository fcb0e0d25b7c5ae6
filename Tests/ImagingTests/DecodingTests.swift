import Imaging
import Testing
import TestSupport

@Suite struct DecodingTests {
  @Test(arguments: Fixtures.all)
  func `pixels equal the reference`(name: String) throws {
    let image = try Image.decode(Fixtures.bytes(name))
    let isTurned = [
      "exif-5.jpg", "exif-6.jpg", "exif-7.jpg", "exif-8.jpg", "exif-6.png", "exif-8.webp",
    ]
    .contains(name)
    let size = name == "one-pixel.png" ? (1, 1) : name == "photo.png" ? (61, 43) : (37, 23)
    #expect((image.width, image.height) == (isTurned ? (size.1, size.0) : size))
    #expect(image.pixels == (try Fixtures.pixels(name)))
  }

  /// The content decides, so a wrong extension is none of our business.
  @Test(arguments: [
    ("picture.gif-refused", "GIF"), ("picture.bmp-refused", "BMP"),
    ("picture.tiff-refused", "TIFF"), ("animated.webp-refused", "animated WebP"),
  ])
  func `other formats are refused by name`(name: String, format: String) throws {
    let bytes = try Fixtures.bytes(name)
    #expect(throws: ImagingError.unsupported(format: format)) { try Image.decode(bytes) }
  }

  @Test func `empty files and garbage are refused in words`() {
    #expect(throws: ImagingError.empty) { try Image.decode([]) }
    #expect(throws: ImagingError.unrecognised(firstBytes: Array("hello pi".utf8))) {
      try Image.decode(Array("hello picture".utf8))
    }
    #expect(ImagingError.unrecognised(firstBytes: [0, 255]).description.hasSuffix("bytes 00 ff"))
    #expect(throws: ImagingError.unsupported(format: "HTML")) {
      try Image.decode(Array("<!DOCTYPE html><title>404</title>".utf8))
    }
  }

  @Test func `headers that claim too much are refused before allocation`() throws {
    let limit = Image.Limits().maximumPixels
    #expect(throws: ImagingError.size(width: 30_000, height: 30_000, limit: limit)) {
      try Image.decode(Fixtures.bytes("bomb.png-header"))
    }
    for name in ["rgb.png", "baseline.jpg", "lossy.webp"] {
      let bytes = try Fixtures.bytes(name)
      #expect(throws: ImagingError.size(width: 37, height: 23, limit: 850)) {
        try Image.decode(bytes, limits: .init(maximumPixels: 850))
      }
    }
  }

  /// A quarter, a half, three quarters of a file, and a file without its last bytes.
  @Test(arguments: Fixtures.all.filter { $0 != "one-pixel.png" })
  func `truncated files are refused`(name: String) throws {
    let bytes = try Fixtures.bytes(name)
    for length in [bytes.count / 4, bytes.count / 2, bytes.count * 3 / 4, bytes.count - 20] {
      #expect(throws: ImagingError.self, "\(length) of \(bytes.count) bytes") {
        try Image.decode(Array(bytes.prefix(length)))
      }
    }
  }

  /// The decoder tells of the first warning alone: that of a version it does not know.
  @Test func `a truncated JPEG is refused though it begins with a harmless oddity`() throws {
    var bytes = try Fixtures.bytes("baseline.jpg")
    try #require(Array(bytes[6..<10]) == Array("JFIF".utf8))
    bytes[11] = 3
    #expect(try Image.decode(bytes).pixels == Image.decode(Fixtures.bytes("baseline.jpg")).pixels)
    for length in [bytes.count / 3, bytes.count / 2, bytes.count - 40] {
      #expect(throws: ImagingError.self) {
        try Image.decode(Array(bytes.prefix(length)))
      }
    }
  }

  @Test func `a truncated file is called truncated`() throws {
    for (name, format) in [("rgb.png", "PNG"), ("baseline.jpg", "JPEG"), ("lossy.webp", "WebP")] {
      let bytes = try Fixtures.bytes(name)
      #expect(throws: ImagingError.truncated(format: format)) {
        try Image.decode(Array(bytes.dropLast(40)))
      }
    }
  }

  /// Cameras leave such bytes; they cost the decoder a warning, not the picture.
  @Test func `stray bytes between segments are forgiven`() throws {
    var bytes = try Fixtures.bytes("baseline.jpg")
    let tables = try #require(bytes.indices.first { bytes[$0...].starts(with: [0xff, 0xdb]) })
    bytes.insert(contentsOf: [0, 17, 4], at: tables)
    #expect(try Image.decode(bytes).pixels == Fixtures.pixels("baseline.jpg"))
  }

  /// Whatever happens to the bytes, decoding ends with a picture or an error.
  @Test(arguments: Fixtures.all + ["animated.webp-refused", "bomb.png-header"])
  func `damaged bytes never crash`(name: String) throws {
    let original = try Fixtures.bytes(name)
    for seed in UInt64(0)..<300 {
      var random = SplitMix(seed: seed)
      var bytes = original
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: 0...255, using: &random)
      }
      if Bool.random(using: &random) {
        bytes.removeLast(Int.random(in: 0...(bytes.count - 1), using: &random))
      }
      do {
        let image = try Image.decode(bytes, limits: .init(maximumPixels: 1_000_000))
        #expect(image.pixels.count == 3 * image.width * image.height, "seed \(seed)")
      } catch let error {
        #expect(!error.description.isEmpty, "seed \(seed)")
      }
    }
  }

  @Test func `large JPE gs are scaled down on request only`() throws {
    let bytes = try Fixtures.bytes("baseline.jpg")
    // A half must keep twice the target, a quarter (of 23: 5) three times, an eighth four times.
    for (side, width, height) in [
      (nil, 37, 23), (6, 37, 23), (5, 19, 12), (2, 19, 12), (1, 10, 6),
    ] as [(Int?, Int, Int)] {
      let image = try Image.decode(bytes, for: side)
      #expect((image.width, image.height) == (width, height), "\(side ?? 0)")
    }
    #expect(try Image.decode(Fixtures.bytes("rgb.png"), for: 2).width == 37)
  }
}
