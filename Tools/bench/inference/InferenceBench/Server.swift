import BenchSupport
import CLIP
import Dispatch
import Foundation
import Kernels

/// Times batches on demand, so that a driver can take turns between programs.
///
/// Commands: `image BATCH SECONDS` and `text TOKENS SECONDS`. The answer holds the median wall and
/// processor time of a batch in seconds.
struct Server {
  let encoders: Encoders
  let threads: Int
  let images: [[Float]]
  let loadSeconds: Double

  init(directory: String, precision: CLIPModel.Precision, threads: Int) throws {
    let start = Clock.now()
    encoders = try Encoders(directory: directory, precision: precision, threads: threads)
    loadSeconds = Clock.now().wall - start.wall
    self.threads = threads
    let side = encoders.configuration.vision.imageSize
    images = (0..<32).map { pixels($0, side: side) }
  }

  func serve() throws {
    answer(["load": loadSeconds])
    while let line = readLine() {
      let words = line.split(separator: " ")
      guard words.count == 3, let size = Int(words[1]), let seconds = Double(words[2]) else {
        throw InferenceBench.Usage(missing: line)
      }
      switch words[0] {
      case "image": answer(time(seconds) { encode(images.prefix(size)) })
      case "text":
        let marks = encoders.configuration.text.vocabulary - 2
        let words = (0..<size - 2).map { ($0 * 977 + 300) % marks }
        let ids = ([marks] + words + [marks + 1]).map(Int32.init)
        answer(time(seconds) { _ = encoders.encodeTexts([ids]) })
      default: throw InferenceBench.Usage(missing: line)
      }
    }
  }

  /// A batch of several images is split over the threads, one image is shared by them.
  private func encode(_ batch: ArraySlice<[Float]>) {
    let parts = min(threads, batch.count)
    if parts == 1 {
      _ = encoders.encode(batch)
      return
    }
    DispatchQueue.concurrentPerform(iterations: parts) { part in
      let first = batch.count * part / parts, last = batch.count * (part + 1) / parts
      _ = encoders.encode(batch[first..<last])
    }
  }

  private func time(_ seconds: Double, _ body: () -> Void) -> [String: Double] {
    body()
    var walls: [Double] = [], processors: [Double] = []
    let start = Clock.now()
    while walls.count < 3 || Clock.now().wall - start.wall < seconds {
      let before = Clock.now()
      body()
      let after = Clock.now()
      walls.append(after.wall - before.wall)
      processors.append(after.processor - before.processor)
    }
    return ["wall": walls.sorted()[walls.count / 2], "cpu": processors.sorted()[walls.count / 2]]
  }

  private func answer(_ values: [String: Double]) {
    let fields = values.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }
    FileHandle.standardOutput.write(Data("{\(fields.joined(separator: ", "))}\n".utf8))
  }
}

/// Wall and processor time of this process in seconds.
struct Clock {
  let wall: Double
  let processor: Double

  static func now() -> Clock {
    Clock(wall: ProcessTime.wall, processor: ProcessTime.processor)
  }
}
