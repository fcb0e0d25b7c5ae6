import CLIP
import Dispatch
import Foundation
import Kernels
import Synchronization

/// Times picture files to vectors, and the encoding alone on as many images.
struct Pipeline {
  let model: CLIPModel
  let encoders: Encoders
  let threads: Int
  let files: [String]

  private static let chunk = 16

  init(directory: String, precision: CLIPModel.Precision, threads: Int, list: String) throws {
    model = try CLIPModel(directory: directory, precision: precision, cache: .none)
    encoders = try Encoders(directory: directory, precision: precision, threads: threads)
    self.threads = threads
    let lines = try String(contentsOfFile: list, encoding: .utf8).split(separator: "\n")
    files = lines.map(String.init)
  }

  /// Prints the seconds that a round over all files takes.
  func run() {
    let side = model.configuration.vision.imageSize
    let images = (0..<Self.chunk).map { pixels($0, side: side) }
    let whole = time {
      let bytes = $0.map { [UInt8](FileManager.default.contents(atPath: files[$0]) ?? Data()) }
      for case .failure(let error) in model.encode(images: bytes) { print(error) }
    }
    let encoding = time { _ = encoders.encode(images[..<$0.count]) }
    print(
      """
      {"files": \(files.count), "wall": \(whole.wall), "cpu": \(whole.processor), \
      "encodeWall": \(encoding.wall), "encodeCPU": \(encoding.processor)}
      """)
  }

  /// Every thread takes the next chunk of files until none is left.
  private func time(_ body: @Sendable (Range<Int>) -> Void) -> Clock {
    let before = Clock.now(), next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: threads) { _ in
      while true {
        let first = next.add(Self.chunk, ordering: .relaxed).oldValue
        guard first < files.count else { return }
        body(first..<min(first + Self.chunk, files.count))
      }
    }
    let after = Clock.now()
    return Clock(wall: after.wall - before.wall, processor: after.processor - before.processor)
  }
}
