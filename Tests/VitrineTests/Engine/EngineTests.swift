import Foundation
import HNSW
import LMDB
import Testing
import Vitrine

@Suite struct EngineTests {
  @Test func `an index is made once and opened once`() throws {
    let shop = Shop()
    let embedder = ByteEmbedder()
    #expect(throws: VitrineError.noIndex(path: shop.index)) {
      try Engine(path: shop.index, embedder: embedder)
    }
    let engine = try shop.engine(embedder)
    #expect(throws: VitrineError.alreadyOpen(path: shop.index)) {
      try Engine(path: shop.index, embedder: embedder)
    }
    #expect(Engine.exists(at: shop.index) && engine.configuration.dimensions == 16)
  }

  @Test func `an index is not made over another`() throws {
    let shop = Shop()
    _ = try shop.engine(ByteEmbedder())
    #expect(throws: VitrineError.indexExists(path: shop.index)) {
      try Engine.create(
        path: shop.index, configuration: IndexConfiguration(dimensions: 4), modelFingerprint: "x")
    }
    let wide = ByteEmbedder(dimensions: 17)
    #expect(throws: VitrineError.dimensionMismatch(expected: 16, found: 17)) {
      try Engine(path: shop.index, embedder: wide)
    }
  }

  @Test(arguments: [1, 3]) func `an index of another format is refused`(format: Int) throws {
    let shop = Shop()
    _ = try shop.engine(ByteEmbedder())
    try Environment(path: shop.index).write { (txn: borrowing WriteTransaction) in
      let meta = try #require(try txn.database(named: "meta"))
      let json = String(decoding: try txn.get(in: meta, for: "description") ?? [], as: UTF8.self)
      let other = json.replacingOccurrences(of: #""format":2"#, with: #""format":\#(format)"#)
      try #require(other != json)
      try txn.put(Array(other.utf8), in: meta, for: "description")
    }
    #expect(throws: VitrineError.otherFormat(path: shop.index, found: format, expected: 2)) {
      try Engine(path: shop.index, embedder: ByteEmbedder())
    }
  }

  @Test func `products come typed by the schema, which grows`() async throws {
    let shop = Shop()
    let embedder = ByteEmbedder()
    let engine = try shop.engine(embedder)
    let vector = embedder.vector(of: [1])
    try await engine.upsert([
      (Product(id: "a", attributes: ["price": .number(5), "brand": .text("Puma")]), vector)
    ])
    try await engine.upsert([
      (
        Product(id: "b", attributes: ["price": .text("7,50 €"), "tags": .list(["x", "y"])]), vector
      )
    ])
    #expect(
      try engine.schema.attributes == [
        Attribute(name: "brand", kind: .keyword), Attribute(name: "price", kind: .number),
        Attribute(name: "tags", kind: .keyword, isMultiValued: true),
      ])
    #expect(try await engine.product("b")?.attributes["price"] == .number(7.5))
    let error = await #expect(throws: VitrineError.self) {
      try await engine.upsert([(Product(id: "c", attributes: ["price": .text("cheap")]), vector)])
    }
    #expect(
      error
        == .badData(
          path: "c", row: 1, column: "price", reason: "expected a number, found \"cheap\""))
    await #expect(throws: VitrineError.dimensionMismatch(expected: 16, found: 2)) {
      try await engine.upsert([(Product(id: "d"), [1, 0])])
    }
    #expect(try await engine.product("d") == nil)
    let endless = Product(id: "e", attributes: ["price": .number(.infinity)])
    await #expect(throws: VitrineError.self) { try await engine.upsert([(endless, vector)]) }
  }

  @Test func `an id has 1 to 500 bytes`() async throws {
    let shop = Shop()
    let embedder = ByteEmbedder()
    let engine = try shop.engine(embedder)
    let vector = embedder.vector(of: [1])
    for id in ["", String(repeating: "x", count: 501)] {
      let error = await #expect(throws: VitrineError.self) {
        try await engine.upsert([(Product(id: id), vector)])
      }
      let reason = "expected an id of 1 to 500 bytes, found \(id.utf8.count)"
      #expect(
        error
          == .badData(
            path: id.isEmpty ? "a product" : String(id.prefix(60)), row: 1, column: "id",
            reason: reason))
    }
    let longest = String(repeating: "x", count: 500)
    try await engine.upsert([(Product(id: longest), vector)])
    #expect(try await engine.product(longest) != nil)
  }

  @Test func `a schema has no more attributes than can be numbered`() throws {
    let shop = Shop()
    let attributes = (0...65_535).map { Attribute(name: "\($0)", kind: .number) }
    let error = #expect(throws: VitrineError.self) {
      try Engine.create(
        path: shop.index, configuration: IndexConfiguration(dimensions: 4), modelFingerprint: "x",
        schema: Schema(attributes: attributes))
    }
    #expect(error == .schema("expected at most 65535 attributes in an index, found 65536"))
  }

  @Test func `an update keeps the vector and leaves out what is not there`() async throws {
    let shop = Shop()
    let embedder = ByteEmbedder()
    let engine = try shop.engine(embedder)
    try await engine.upsert(Product(id: "a", attributes: ["price": .number(5)]), image: [1, 2, 3])
    let vector = try await engine.vector("a")
    let left = try await engine.update([
      Product(id: "a", attributes: ["price": .number(6)]), Product(id: "b"),
    ])
    #expect(left == ["b"])
    #expect(try await engine.product("a")?.attributes == ["price": .number(6)])
    #expect(try await engine.vector("a") == vector)
    let error = await #expect(throws: VitrineError.self) {
      try await engine.upsert(embedding: [
        (Product(id: "d"), [4, 5, 6]), (Product(id: "c"), Array("bad".utf8)),
      ])
    }
    #expect(error?.description.hasPrefix("c, row 2, column image: ") == true)
    #expect(try await engine.product("d") == nil)
  }

  @Test func `an index without products can be deleted, and one with products not`() async throws {
    let shop = Shop()
    let embedder = ByteEmbedder()
    do {
      let engine = try shop.engine(embedder)
      #expect(try engine.deleteIfEmpty() && !Engine.exists(at: shop.index))
      await #expect(throws: VitrineError.noIndex(path: shop.index)) {
        try await engine.upsert([(Product(id: "1"), embedder.vector(of: [1]))])
      }
    }
    let other = try shop.engine(embedder)
    try await other.upsert([(Product(id: "1"), embedder.vector(of: [1]))])
    #expect(try other.deleteIfEmpty() == false)
    #expect(try await other.product("1") != nil)
  }

  @Test func `what is said of products changes nothing else that others have changed meanwhile`()
    async throws
  {
    let shop = Shop()
    try shop.stock(2)
    let embedder = ByteEmbedder()
    _ = try await shop.ingest(embedder)
    let engine = try shop.engine(embedder)
    var changed = try #require(try await engine.product("1"))
    changed.attributes["price"] = .number(99)
    try await engine.update([changed])
    try await engine.annotate([
      Product(id: "1", attributes: ["shade": .text("dark")]),
      Product(id: "1", attributes: ["mood": .text("calm")]),
    ])
    let product = try #require(try await engine.product("1"))
    #expect(product.attributes["price"] == .number(99) && product.image == "1.jpg")
    #expect(product.attributes["shade"] == .text("dark"))
    #expect(product.attributes["mood"] == .text("calm"))
  }

  @Test func `no attribute can be called like the columns of ids and images`() async throws {
    let shop = Shop()
    try shop.stock(1)
    let embedder = ByteEmbedder()
    _ = try await shop.ingest(embedder)
    let engine = try shop.engine(embedder)
    for name in ["id", "image"] {
      let product = Product(id: "1", attributes: [name: .text("2")])
      await #expect(throws: VitrineError.self) { try await engine.update([product]) }
    }
    for id in ["a\nb", "a\r", ""] {
      await #expect(throws: VitrineError.self) {
        try await engine.upsert([(Product(id: id), embedder.vector(of: [1]))])
      }
    }
  }

  @Test func `products are deleted by id and by filter`() async throws {
    let shop = Shop()
    try shop.stock(30)
    let embedder = ByteEmbedder()
    _ = try await shop.ingest(embedder)
    let engine = try shop.engine(embedder)
    #expect(try await engine.delete(ids: ["1", "2", "absent"]) == 2)
    let filter = try Filter.parse("price >= 20", schema: try engine.schema)
    #expect(try await engine.delete(matching: filter) == 10)
    let left = try await shop.products(engine, 0..<30)
    #expect(left.keys.sorted() == [0] + Array(3..<20))
    let statistics = try await engine.statistics()
    #expect(statistics.products == 18 && statistics.unreachable == 0 && statistics.freeSlots == 12)
  }
}
