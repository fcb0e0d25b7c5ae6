import CLIP
import Foundation
import Testing

/// The model in Sources/BundledModel on the catalogue in Tools/sample-catalogue: narrow, and its
/// pictures mostly white, it is what reduced precision finds hardest.
@Suite struct BundledModelTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static func vectors(_ precision: CLIPModel.Precision) throws -> [[Float]] {
    let model = try CLIPModel(
      directory: root.appending(path: "Sources/BundledModel/model").path, precision: precision)
    let catalogue = root.appending(path: "Tools/sample-catalogue")
    let lines = try String(contentsOf: catalogue.appending(path: "catalogue.csv"), encoding: .utf8)
    let rows = lines.split(separator: "\n").dropFirst().prefix(96).map { $0.split(separator: ",") }
    let pictures = try rows.map { row in
      [UInt8](try Data(contentsOf: catalogue.appending(path: "images/\(row[0]).jpg")))
    }
    let images = try model.encode(images: pictures).map { try $0.get() }
    return images + model.encode(texts: rows.map { String($0[1]) })
  }

  @Test(arguments: [(CLIPModel.Precision.bf16, 0.9999), (.i8, 0.999)])
  func `reduced precisions keep their promise`(precision: CLIPModel.Precision, limit: Double) throws
  {
    let exact = try Self.vectors(.f32), reduced = try Self.vectors(precision)
    let cosines = zip(exact, reduced).map { EncoderTests.cosine($0, $1) }
    #expect(cosines.count == 192)
    #expect(try #require(cosines.min()) >= limit)
  }
}
