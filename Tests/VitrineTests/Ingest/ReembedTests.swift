import Foundation
import Testing
import TestSupport
import Vitrine

/// An index is brought to another model without its catalogue.
@Suite struct ReembedTests {
  private let old = ByteEmbedder()
  private let new = ByteEmbedder(dimensions: 24, fingerprint: "other bytes")

  /// The vectors of products as unit vectors, which an index keeps to about four digits.
  private func expectVectors(
    _ engine: Engine, _ embedder: ByteEmbedder, of contents: [String: String]
  ) async throws {
    for (id, content) in contents {
      let stored = try #require(try await engine.vector(id))
      let wanted = embedder.vector(of: Array(content.utf8))
      #expect(stored.count == wanted.count)
      for (number, other) in zip(stored, wanted) { #expect(abs(number - other) < 1e-3) }
    }
  }

  private func isUndisturbed(_ shop: Shop) -> Bool {
    !FileManager.default.fileExists(atPath: shop.index + ".compacting")
  }

  @Test func `vectors are the other model's, and ids, facts and what is known of rows stay`()
    async throws
  {
    let shop = Shop()
    try shop.stock(40)
    _ = try await shop.ingest(old)
    do {
      let engine = try shop.engine(old)
      var product = try #require(try await engine.product("7"))
      product.attributes["label"] = .text("shirt")
      try await engine.annotate([product])
      let report = try await engine.reembed(with: new)
      #expect(report.rows == 40 && report.reembedded == 40 && report.rejected == 0)
      #expect(report.inserted == 0 && report.notes.isEmpty)
    }
    do {
      let engine = try shop.engine(new)
      let contents = (0..<40).map { ("\($0)", "photograph \($0) version 1") }
      try await expectVectors(engine, new, of: Dictionary(uniqueKeysWithValues: contents))
      let products = try await shop.products(engine, 0..<40)
      #expect(products.count == 40 && products[12]?.attributes["brand"] == .text("Brand 0"))
      #expect(products[7]?.attributes["label"] == .text("shirt"))
      let photograph = Array("photograph 3 version 1".utf8)
      #expect(try await engine.imageBytes(of: try #require(products[3])) == photograph)
      #expect(try await engine.verify() == [])
    }
    let again = try await shop.ingest(new)
    #expect(again.unchanged == 40 && again.reembedded == 0)
    #expect(isUndisturbed(shop))
  }

  @Test func `searches go on until the index is the other model's, and then are refused`()
    async throws
  {
    let shop = Shop()
    try shop.stock(12)
    _ = try await shop.ingest(old)
    let reader = try shop.engine(old)
    let query = Query("photograph 5 version 1")
    let before = try await reader.search(query)
    let slow = ByteEmbedder(fingerprint: "slow bytes") { _ in Thread.sleep(forTimeInterval: 0.2) }
    async let report = reader.reembed(with: slow)
    var during = 0
    while slow.imagesEmbedded < 12 {
      #expect(try await reader.search(query).hits.map(\.id) == before.hits.map(\.id))
      during += 1
    }
    #expect(during > 0)
    #expect(try await report.reembedded == 12)
    await #expect(throws: VitrineError.modelMismatch(index: "slow bytes", model: "bytes")) {
      try await reader.search(query)
    }
    #expect(throws: VitrineError.modelMismatch(index: "slow bytes", model: "bytes")) {
      try Engine(path: shop.index, embedder: old)
    }
  }

  @Test func `one photograph that cannot be used leaves the index as it was, or is left out`()
    async throws
  {
    let shop = Shop()
    try shop.stock(10)
    _ = try await shop.ingest(old)
    try shop.scratch.write("bad", to: "4.jpg")
    try FileManager.default.removeItem(atPath: shop.scratch.path + "/6.jpg")
    var options = ReembedOptions()
    options.reportPath = shop.report
    do {
      let engine = try shop.engine(old)
      let refusal = await #expect(throws: VitrineError.self) {
        try await engine.reembed(with: new, options: options)
      }
      #expect("\(refusal as Any)".contains("2 of 10 products cannot be embedded, such as 4"))
      #expect(refusal?.blame == .data)
      let listed = try String(contentsOfFile: shop.report, encoding: .utf8).split(separator: "\n")
      #expect(listed.count == 3 && listed[1].hasPrefix(",4,,is no picture"), "\(listed)")
      #expect(try await engine.statistics().products == 10 && isUndisturbed(shop))
      try await expectVectors(engine, old, of: ["4": "photograph 4 version 1"])

      options.leavesOut = true
      let report = try await engine.reembed(with: new, options: options)
      #expect(report.reembedded == 8 && report.rejected == 2)
    }
    let engine = try shop.engine(new)
    #expect(try await shop.products(engine, 0..<10).keys.sorted() == [0, 1, 2, 3, 5, 7, 8, 9])
  }

  @Test func `photographs are looked for where they are said to be, and in all places known`()
    async throws
  {
    let shop = Shop()
    try shop.stock(6)
    _ = try await shop.ingest(old)
    let moved = shop.scratch.path + "/moved"
    try FileManager.default.createDirectory(atPath: moved, withIntermediateDirectories: true)
    for id in 0..<3 {
      try FileManager.default.moveItem(
        atPath: "\(shop.scratch.path)/\(id).jpg", toPath: "\(moved)/\(id).jpg")
    }
    var options = ReembedOptions()
    options.images = moved
    _ = try await shop.engine(old).reembed(with: new, options: options)
    let engine = try shop.engine(new)
    let contents = (0..<6).map { ("\($0)", "photograph \($0) version 1") }
    try await expectVectors(engine, new, of: Dictionary(uniqueKeysWithValues: contents))
    #expect(try engine.imageRoot == URL(filePath: moved).resolvingSymlinksInPath().path)
  }

  @Test func `products of words alone are embedded by them, and vectors of unknown origin refused`()
    async throws
  {
    let shop = Shop()
    try shop.photograph(0)
    try shop.list(["0,0.jpg,Acme,1", "1,,Vans,2"])
    _ = try await shop.ingest(old) { $0.textOnly = true }
    do { _ = try await shop.engine(old).reembed(with: new) }
    do {
      let engine = try shop.engine(new)
      try await expectVectors(engine, new, of: ["0": "photograph 0 version 1", "1": "Vans"])
      let vector = new.vector(of: Array("elsewhere".utf8))
      try await engine.upsert([(Product(id: "2", attributes: ["brand": .text("Puma")]), vector)])
      let refusal = await #expect(throws: VitrineError.self) { try await engine.reembed(with: old) }
      #expect("\(refusal as Any)".contains("such as 2: no image is named, and there is no 2.jpg"))
    }
    #expect(try await shop.ingest(new) { $0.textOnly = true }.unchanged == 2)
  }

  @Test func `one that is cancelled leaves the index as it was`() async throws {
    let shop = Shop()
    try shop.stock(200)
    _ = try await shop.ingest(old)
    let engine = try shop.engine(old)
    let (begun, goesOn) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let slow = ByteEmbedder(fingerprint: "slow bytes") { _ in
      begun.signal()
      goesOn.wait()
    }
    let task = Task { try await engine.reembed(with: slow) }
    await Task.detached { begun.wait() }.value
    task.cancel()
    for _ in 0..<200 { goesOn.signal() }
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(slow.imagesEmbedded < 200 && isUndisturbed(shop))
    try await expectVectors(engine, old, of: ["3": "photograph 3 version 1"])
    _ = try await engine.update([Product(id: "3")])
  }
}
