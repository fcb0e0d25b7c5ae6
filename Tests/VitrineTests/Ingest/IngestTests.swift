import Dispatch
import Foundation
import HNSW
import Testing
import TestSupport
import Vitrine

@Suite struct IngestTests {
  @Test func `a catalogue goes in with its vectors, kinds and order of attributes`() async throws {
    let shop = Shop()
    try shop.stock(100)
    let embedder = ByteEmbedder()
    let report = try await shop.ingest(embedder)
    #expect(report.inserted == 100 && report.rows == 100 && report.rejected == 0)
    #expect(report.reportPath == nil && !FileManager.default.fileExists(atPath: shop.report))

    let engine = try shop.engine(embedder)
    #expect(
      try engine.schema
        == Schema(
          attributes: [
            Attribute(name: "brand", kind: .keyword), Attribute(name: "price", kind: .number),
          ], id: "id", image: "image"))
    let product = try await engine.product("7")
    #expect(
      product
        == Product(
          id: "7", image: "7.jpg", attributes: ["brand": .text("Brand 1"), "price": .number(7)]))
    let stored = try #require(try await engine.vector("7"))
    let expected = embedder.vector(of: Array("photograph 7 version 1".utf8))
    #expect(zip(stored, expected).allSatisfy { abs($0 - $1) < 1e-3 })
    let bytes = try await engine.imageBytes(of: try #require(product))
    #expect(bytes == Array("photograph 7 version 1".utf8))
  }

  @Test func `products of another catalogue leave the first ones their photographs`() async throws {
    let (shop, other) = (Shop(), Shop())
    try shop.stock(3)
    try other.photograph(9)
    try other.list(["9,9.jpg,Brand 1,5"])
    let embedder = ByteEmbedder()
    _ = try await shop.ingest(embedder)
    let engine = try shop.engine(embedder)
    _ = try await engine.ingest(CatalogueSource(path: other.catalogue))
    for id in ["1", "9"] {
      let product = try #require(try await engine.product(id))
      let bytes = try await engine.imageBytes(of: product)
      #expect(bytes == Array("photograph \(id) version 1".utf8))
    }
    #expect(try engine.imageRoot?.hasSuffix(other.scratch.path) == true)
  }

  @Test func `a second run changes nothing`() async throws {
    let shop = Shop()
    try shop.stock(50)
    let embedder = ByteEmbedder()
    _ = try await shop.ingest(embedder)
    let again = try await shop.ingest(embedder)
    #expect(again.unchanged == 50 && again.inserted == 0 && again.updated == 0)
    #expect(embedder.imagesEmbedded == 50)
  }

  @Test func `changed metadata keep the vector and a changed photograph does not`() async throws {
    let shop = Shop()
    try shop.stock(50)
    let embedder = ByteEmbedder()
    _ = try await shop.ingest(embedder)
    try shop.stock(50) { $0 == 3 ? "999" : "\($0)" }
    try shop.photograph(5, version: 2)
    let report = try await shop.ingest(embedder)
    #expect(report.updated == 1 && report.reembedded == 1 && report.unchanged == 48)
    #expect(embedder.imagesEmbedded == 51)

    let engine = try shop.engine(embedder)
    #expect(try await engine.product("3")?.attributes["price"] == .number(999))
    let stored = try #require(try await engine.vector("5"))
    let expected = embedder.vector(of: Array("photograph 5 version 2".utf8))
    #expect(zip(stored, expected).allSatisfy { abs($0 - $1) < 1e-3 })
  }

  @Test func `pruning deletes what the catalogue no longer names, and only on request`()
    async throws
  {
    let shop = Shop()
    try shop.stock(40)
    let embedder = ByteEmbedder()
    _ = try await shop.ingest(embedder)
    try shop.stock(30)
    #expect(try await shop.ingest(embedder).pruned == 0)
    #expect(try await shop.ingest(embedder) { $0.prune = true }.pruned == 10)
    let engine = try shop.engine(embedder)
    let left = try await shop.products(engine, 0..<40)
    #expect(left.keys.sorted() == Array(0..<30))
  }

  @Test func `a catalogue that was cut short does not empty the index`() async throws {
    let shop = Shop()
    try shop.stock(40)
    let embedder = ByteEmbedder()
    _ = try await shop.ingest(embedder)
    try shop.list(["7,7.jpg,Other,1"])
    let error = await #expect(throws: VitrineError.self) {
      _ = try await shop.ingest(embedder) { $0.prune = true }
    }
    #expect(
      error?.description == "\(shop.catalogue): pruning would delete 39 of the 40 products of the "
        + "index; if they are to go, say so with prune-most")
    let kept = try await shop.engine(embedder).product("7")
    #expect(kept?.attributes["brand"] == .text("Brand 1"))
    let report = try await shop.ingest(embedder) {
      $0.prune = true
      $0.pruneMost = true
    }
    #expect(report.pruned == 39 && report.updated == 1)
  }

  @Test func `nothing is pruned while rows cannot be read`() async throws {
    let shop = Shop()
    try shop.stock(10)
    let embedder = ByteEmbedder()
    _ = try await shop.ingest(embedder)
    try shop.list(["1,1.jpg,Brand,1", "2,2.jpg"])
    let report = try await shop.ingest(embedder) { $0.prune = true }
    #expect(report.pruned == 0)
    #expect(
      report.pruneRefusal == "nothing was pruned: 1 row cannot be read, so its id is unknown")
    try shop.list(["1,1.jpg,Brand,1", ",2.jpg,Brand,2", " ,3.jpg,Brand,3"])
    let again = try await shop.ingest(embedder) { $0.prune = true }
    #expect(again.pruned == 0)
    #expect(
      again.pruneRefusal == "nothing was pruned: 2 rows cannot be read, so their ids are unknown")
  }

  @Test func `what a model says of products stays until their rows change`() async throws {
    let shop = Shop()
    try shop.stock(4)
    let embedder = ByteEmbedder()
    _ = try await shop.ingest(embedder)
    do {
      let engine = try shop.engine(embedder)
      var products: [Product] = []
      for id in 0..<4 { products.append(try #require(try await engine.product("\(id)"))) }
      for index in products.indices { products[index].attributes["shade"] = .text("dark") }
      #expect(try await engine.annotate(products + [Product(id: "absent")]) == ["absent"])
    }
    #expect(try await shop.ingest(embedder).unchanged == 4)
    try shop.stock(4) { $0 == 2 ? "99" : "\($0)" }
    let report = try await shop.ingest(embedder)
    #expect(report.updated == 1 && report.unchanged == 3)
    let shades = try await shop.products(shop.engine(embedder), 0..<4).mapValues {
      $0.attributes["shade"]
    }
    #expect(shades == [0: .text("dark"), 1: .text("dark"), 2: nil, 3: .text("dark")])
  }

  @Test func `a product whose photograph is lost keeps its look and has its new facts`()
    async throws
  {
    let shop = Shop()
    try shop.stock(3)
    let embedder = ByteEmbedder()
    _ = try await shop.ingest(embedder)
    try FileManager.default.removeItem(atPath: shop.scratch.appending("0.jpg"))
    try shop.scratch.write("bad bytes", to: "1.jpg")
    try shop.list(["0,0.jpg,New,1", "1,1.jpg,New,1", "2,2.jpg,New,1", "3,3.jpg,New,1"])
    let report = try await shop.ingest(embedder)
    #expect(report.updated == 3 && report.valuesDropped == 2 && report.rejected == 1)
    let products = try await shop.products(shop.engine(embedder), 0..<4)
    #expect(products.values.allSatisfy { $0.attributes["brand"] == .text("New") })
    #expect(products.keys.sorted() == [0, 1, 2])
    let again = try await shop.ingest(embedder)
    #expect(again.unchanged == 3 && again.valuesDropped == 2 && again.rejected == 1)
  }

  @Test func `a cancelled run ends with a committed batch and the next goes on`() async throws {
    let shop = Shop()
    try shop.stock(400)
    // Embedding stops after 100 photographs until the task is cancelled.
    let (reached, reach) = AsyncStream.makeStream(of: Void.self)
    let gate = DispatchSemaphore(value: 0)
    let slow = ByteEmbedder { embedded in
      if embedded < 100 { return }
      reach.yield()
      gate.wait()
      gate.signal()
    }
    let task = Task { try await shop.ingest(slow) }
    for await _ in reached { break }
    task.cancel()
    gate.signal()
    let first = try await task.value
    #expect(first.cancelled && first.inserted < 400)
    let embedder = ByteEmbedder()
    let second = try await shop.ingest(embedder)
    #expect(second.unchanged == first.inserted && second.inserted == 400 - first.inserted)
    #expect(embedder.imagesEmbedded == 400 - first.inserted)
  }

  @Test func `options that make no sense are refused with what was found`() async throws {
    func options(_ change: (inout IngestOptions) -> Void) -> IngestOptions {
      var options = IngestOptions()
      change(&options)
      return options
    }
    let cases: [(options: IngestOptions, reason: String)] = [
      (options { $0.threads = 0 }, "threads: expected 1 to 1024, found 0"),
      (options { $0.batchSize = 0 }, "batchSize: expected 1 to 1000000, found 0"),
      (options { $0.batchSize = .max }, "batchSize: expected 1 to 1000000, found \(Int.max)"),
      (options { $0.chunkSize = -1 }, "chunkSize: expected 1 to 1000000, found -1"),
      (options { $0.batchSeconds = .nan }, "batchSeconds: expected 0 or more, found nan"),
    ]
    let shop = Shop()
    let engine = try shop.engine(ByteEmbedder())
    for (options, reason) in cases {
      await #expect(throws: VitrineError.invalidArgument(reason)) {
        _ = try await engine.ingest(CatalogueSource(path: shop.catalogue), options: options)
      }
      await #expect(throws: VitrineError.invalidArgument(reason)) {
        _ = try await engine.importVectors(VectorSource(vectors: "", ids: ""), options: options)
      }
    }
  }

  @Test func `a batch may take as long as it will`() async throws {
    let shop = Shop()
    try shop.stock(20)
    let report = try await shop.ingest(ByteEmbedder()) { $0.batchSeconds = .infinity }
    #expect(report.inserted == 20)
  }

  @Test func `another model is refused in words`() async throws {
    let shop = Shop()
    try shop.stock(3)
    _ = try await shop.ingest(ByteEmbedder())
    let error = #expect(throws: VitrineError.self) {
      try shop.engine(ByteEmbedder(fingerprint: "other"))
    }
    #expect(error == .modelMismatch(index: "bytes", model: "other"))
  }

  @Test func `products without an image column are found by their ids`() async throws {
    let shop = Shop()
    try shop.scratch.write("photograph", to: "pictures/images/1.png")
    try shop.scratch.write("id,name\n1,Shirt\n2,Shoe\n", to: "products.csv")
    let embedder = ByteEmbedder()
    let engine = try shop.engine(embedder)
    let source = CatalogueSource(
      path: shop.catalogue, images: shop.scratch.path + "/pictures")
    let report = try await engine.ingest(source)
    #expect(report.inserted == 1 && report.rejected == 1)
    #expect(try await engine.product("1")?.image == "images/1.png")

    var options = IngestOptions()
    options.textOnly = true
    let again = try await engine.ingest(source, options: options)
    #expect(again.inserted == 1 && again.unchanged == 1)
    #expect(try await engine.product("2") == Product(id: "2", attributes: ["name": .text("Shoe")]))
    #expect(try await engine.ingest(source, options: options).unchanged == 2)
  }

  @Test func `searches answer while a catalogue goes in`() async throws {
    let shop = Shop()
    try shop.stock(300)
    let embedder = ByteEmbedder()
    let engine = try shop.engine(embedder)
    var options = IngestOptions()
    options.batchSize = 8
    options.chunkSize = 4
    let task = Task { [options] in
      try await engine.ingest(CatalogueSource(path: shop.catalogue), options: options)
    }
    var seen = 0
    while seen < 300 {
      let now = try await shop.products(engine, 0..<300).count
      #expect(now >= seen)
      seen = now
      await Task.yield()
    }
    #expect(try await task.value.inserted == 300)
  }
}
