import Foundation
import Testing
import Vitrine

@Suite struct MaintenanceTests {
  @Test func `compaction frees slots and changes no product`() async throws {
    let shop = try Shop()
    try shop.stock(300)
    let embedder = ByteEmbedder()
    _ = try await shop.ingest(embedder)
    for id in 0..<300 where id % 2 == 0 { try shop.photograph(id, version: 2) }
    _ = try await shop.ingest(embedder)
    let engine = try shop.engine(embedder)
    try await engine.delete(ids: (0..<50).map { "\($0)" })
    let before = try await shop.products(engine, 0..<300)
    let vector = try await engine.vector("100")

    let report = try await engine.compact()
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

  @Test func `searching and writing go on during a compaction`() async throws {
    let shop = try Shop()
    try shop.stock(200)
    let embedder = ByteEmbedder()
    _ = try await shop.ingest(embedder)
    let engine = try shop.engine(embedder)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { for _ in 0..<3 { _ = try await engine.compact() } }
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
