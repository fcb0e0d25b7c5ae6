import Synchronization
import TestSupport
import Vitrine

/// Turns bytes into unit vectors that depend on all of them, and counts what it is asked for.
/// Photographs that begin with `bad` cannot be decoded.
final class ByteEmbedder: Embedder {
  struct Undecodable: Error, CustomStringConvertible {
    let description = "is no picture"
  }

  let dimensions: Int
  let fingerprint: String
  let logitScale: Float = 100
  private let count = Mutex(0)
  /// Called with the number of photographs embedded so far, before each call.
  private let onEmbed: @Sendable (Int) -> Void

  init(
    dimensions: Int = 16, fingerprint: String = "bytes",
    onEmbed: @escaping @Sendable (Int) -> Void = { _ in }
  ) {
    self.dimensions = dimensions
    self.fingerprint = fingerprint
    self.onEmbed = onEmbed
  }

  var imagesEmbedded: Int { count.withLock { $0 } }

  func embed(images: [[UInt8]]) -> [Result<[Float], any Error>] {
    onEmbed(imagesEmbedded)
    count.withLock { $0 += images.count }
    return images.map { bytes in
      bytes.starts(with: Array("bad".utf8)) ? .failure(Undecodable()) : .success(vector(of: bytes))
    }
  }

  func embed(texts: [String]) throws -> [[Float]] {
    texts.map { vector(of: Array($0.utf8)) }
  }

  func vector(of bytes: [UInt8]) -> [Float] {
    var generator = SplitMix(seedOf: bytes)
    let raw = (0..<dimensions).map { _ in Float.random(in: -1...1, using: &generator) }
    let length = raw.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return raw.map { $0 / length }
  }
}
