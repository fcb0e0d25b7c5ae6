import Foundation
import Synchronization
import TestSupport
import Testing
import Vitrine

@Suite struct MaintenanceTests {
  @Test func `no page of before a compaction goes on after it`() async throws {
    let shop = Shop()
    try shop.stock(40)
    _ = try await shop.ingest(ByteEmbedder())
    let engine = try shop.engine(ByteEmbedder())
    var query = Query()
    query.k = 5
    query.cursor = try await engine.search(query).cursor
    #expect(try await engine.search(query).hits.count == 5)
    // Transactions are counted anew, so that one of these has the number of the first.
    for _ in 0..<4 {
      _ = try await engine.compact()
      for id in 0..<3 {
        await #expect(throws: QueryError.cursorExpired) { try await engine.search(query) }
        try await engine.delete(ids: ["\(id)"])
      }
    }
  }

  @Test func `compaction frees slots and changes no product`() async throws {
    let shop = Shop()
    try shop.stock(300)
    let embedder = ByteEmbedder()
    _ = try await shop.ingest(embedder)
    for id in 0..<300 where id % 2 == 0 { try shop.photograph(id, version: 2) }
    _ = try await shop.ingest(embedder)
    let engine = try shop.engine(embedder)
    try await engine.delete(ids: (0..<50).map { "\($0)" })
    let before = try await shop.products(engine, 0..<300)
    let vector = try await engine.vector("100")

    let written = Mutex<[Int]>([])
    let report = try await engine.compact { done, total in
      written.withLock { $0 += [done, total] }
    }
    #expect(written.withLock { $0 } == [0, 250])
    #expect(report.products == 250 && report.freedSlots == 200)
    #expect(try await shop.products(engine, 0..<300) == before)
    #expect(try await engine.vector("100") == vector)
    #expect(try await engine.verify() == [])
    #expect(try await engine.statistics().freeSlots == 0)
    #expect(!FileManager.default.fileExists(atPath: shop.index + ".compacting"))

    // What the index remembers of content moves along: nothing is embedded again.
    try await engine.delete(ids: ["100"])
    let count = embedder.imagesEmbedded
    let again = try await engine.ingest(CatalogueSource(path: shop.catalogue))
    #expect(again.unchanged == 249 && embedder.imagesEmbedded == count + 51)
  }

  @Test func `compaction forgets attributes that no product has any more`() async throws {
    let shop = Shop()
    try shop.stock(20)
    let embedder = ByteEmbedder()
    _ = try await shop.ingest(embedder)
    let engine = try shop.engine(embedder)
    var mistyped = try #require(try await engine.product("3"))
    mistyped.attributes["brnd"] = .text("Brand 9")
    mistyped.attributes["size"] = .number(38)
    try await engine.update([mistyped])
    mistyped.attributes["brnd"] = nil
    try await engine.update([mistyped])
    try await engine.delete(ids: ["4"])
    #expect(try engine.schema.attributes.map(\.name) == ["brand", "price", "brnd", "size"])
    let before = try await shop.products(engine, 0..<20)

    #expect(try await engine.compact().droppedAttributes == ["brnd"])
    #expect(try engine.schema.attributes.map(\.name) == ["brand", "price", "size"])
    #expect(try await shop.products(engine, 0..<20) == before)
    #expect(try await engine.verify() == [])
    var query = Query()
    query.filter = try Filter.parse("size = 38 and price = 3", schema: engine.schema)
    query.facets = [FacetRequest("size")]
    #expect(try await engine.search(query).hits.map(\.id) == ["3"])
    query.facets = [FacetRequest("brnd")]
    await #expect(throws: QueryError.self) { try await engine.search(query) }
    #expect(try await engine.compact().droppedAttributes == [])
  }

  @Test func `compaction takes no attribute from those who are about to store its first value`()
    async throws
  {
    let shop = Shop()
    try shop.stock(40)
    let other = Mutex<Engine?>(nil)
    let embedder = ByteEmbedder { embedded in
      guard embedded == 0, let engine = other.withLock({ $0 }) else { return }
      // The columns of the catalogue are known, and nothing is stored yet.
      let done = DispatchSemaphore(value: 0)
      Task {
        _ = try await engine.compact()
        done.signal()
      }
      done.wait()
    }
    let engine = try shop.engine(embedder)
    other.withLock { $0 = engine }
    var options = IngestOptions()
    options.threads = 1
    _ = try await engine.ingest(CatalogueSource(path: shop.catalogue), options: options)
    #expect(try engine.schema.attributes.map(\.name) == ["brand", "price"])
    let product = try await engine.product("7")
    #expect(product?.attributes == ["brand": .text("Brand 1"), "price": .number(7)])
    other.withLock { $0 = nil }
  }

  @Test func `a compaction of a damaged index is refused or done`() async throws {
    let shop = Shop()
    try shop.stock(60)
    _ = try await shop.ingest(ByteEmbedder())
    try await shop.engine(ByteEmbedder()).delete(ids: (0..<20).map { "\($0)" })
    let whole = try Data(contentsOf: URL(filePath: shop.index + "/data.mdb"))
    let seed: UInt64 = 9
    var random = SplitMix(seed: seed)
    for page in 2..<whole.count / 4096 {
      var bytes = whole
      for place in page * 4096..<(page + 1) * 4096 {
        bytes[place] = .random(in: 0...255, using: &random)
      }
      let path = "\(shop.index)-\(page)"
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
      try bytes.write(to: URL(filePath: path + "/data.mdb"))
      let copy = try? Engine(path: path)
      _ = try? await copy?.compact()
      #expect(!FileManager.default.fileExists(atPath: path + ".compacting"), "page \(page)")
    }
  }

  @Test func `searching and writing go on during a compaction`() async throws {
    let shop = Shop()
    try shop.stock(200)
    let embedder = ByteEmbedder()
    _ = try await shop.ingest(embedder)
    let engine = try shop.engine(embedder)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<2 { group.addTask { for _ in 0..<3 { _ = try await engine.compact() } } }
      group.addTask { for _ in 0..<10 { _ = try await engine.calibrate() } }
      group.addTask {
        for id in 200..<230 {
          let vector = embedder.vector(of: [UInt8(id)])
          try await engine.upsert([(Product(id: "\(id)"), vector)])
          let product = try await engine.product("\(id)")
          #expect(product != nil)
        }
      }
      group.addTask {
        for id in 0..<200 {
          let product = try await engine.product("\(id)")
          #expect(product != nil)
        }
      }
      try await group.waitForAll()
    }
    #expect(try await engine.statistics().products == 230)
    #expect(try await engine.verify() == [])
  }
}
