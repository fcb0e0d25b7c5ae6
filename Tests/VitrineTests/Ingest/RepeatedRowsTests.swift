import Foundation
import TestSupport
import Testing
import Vitrine

/// Several rows of one id, and several catalogues of one product.
@Suite struct RepeatedRowsTests {
  private func lines(of shop: Shop) throws -> [String] {
    try String(contentsOfFile: shop.report, encoding: .utf8).split(separator: "\n").map(String.init)
  }

  @Test
  func `the last row goes in with the last photograph that can be used, and the report says so`()
    async throws
  {
    let shop = Shop()
    for id in 1...3 { try shop.photograph(id) }
    try shop.scratch.write("bad bytes", to: "bad.jpg")
    try shop.list([
      "1,1.jpg,A,1", "1,absent.jpg,B,2", "2,2.jpg,A,3", "2,2.jpg,B,4", "3,1.jpg,A,5",
      "3,3.jpg,B,6", "3,bad.jpg,C,7", "4,absent.jpg,A,8", "4,bad.jpg,B,9",
    ])
    let embedder = ByteEmbedder()
    let report = try await shop.ingest(embedder)
    #expect(report.rows == 9 && report.inserted == 3)
    #expect(report.rejected == 2 && report.superseded == 4 && report.valuesDropped == 2)
    let root = try #require(try shop.engine(embedder).imageRoot)
    #expect(
      try lines(of: shop) == [
        "row,id,column,reason,outcome",
        "2,1,id,row 3 has the same id,superseded",
        "3,1,image,absent.jpg: is not in \(root); the photograph of row 2 is in its place,value dropped",
        "4,2,id,row 5 has the same id,superseded",
        "6,3,id,row 7 has the same id,superseded",
        "7,3,id,row 8 has the same id,superseded",
        "8,3,image,is no picture; the photograph of row 7 is in its place,value dropped",
        "9,4,image,absent.jpg: is not in \(root),rejected",
        "10,4,image,is no picture,rejected",
      ])
    let brands = try await shop.products(shop.engine(embedder), 1..<5).mapValues {
      $0.attributes["brand"]
    }
    #expect(brands == [1: .text("B"), 2: .text("B"), 3: .text("C")])
    let again = try await shop.ingest(embedder)
    #expect(again.unchanged == 3 && again.updated == 0 && again.rejected == 2)
  }

  @Test func `a photograph that cannot be used puts no older row in the place of what is known`()
    async throws
  {
    let shop = Shop()
    try shop.stock(2)
    try shop.list(["0,0.jpg,Old,1", "0,1.jpg,New,2"])
    let embedder = ByteEmbedder()
    _ = try await shop.ingest(embedder)
    try FileManager.default.removeItem(atPath: shop.scratch.appending("1.jpg"))
    let report = try await shop.ingest(embedder)
    #expect(report.unchanged == 1 && report.reembedded == 0 && report.updated == 0)
    let engine = try shop.engine(embedder)
    let product = try #require(try await engine.product("0"))
    #expect(product.image == "1.jpg" && product.attributes["brand"] == .text("New"))
  }

  @Test func `a product of which no row can be used keeps its look and has the last facts`()
    async throws
  {
    let shop = Shop()
    try shop.stock(1)
    let embedder = ByteEmbedder()
    _ = try await shop.ingest(embedder)
    try shop.list(["0,absent.jpg,A,1", "0,absent.jpg,B,2"])
    let report = try await shop.ingest(embedder)
    #expect(report.updated == 1 && report.valuesDropped == 1 && report.superseded == 1)
    #expect(report.rejected == 0)
    #expect(try lines(of: shop)[1] == "2,0,id,row 3 has the same id,superseded")
    let product = try await shop.engine(embedder).product("0")
    #expect(product?.attributes["brand"] == .text("B"))
  }

  @Test func `strict stops at a row that a later one replaces`() async throws {
    let shop = Shop()
    try shop.stock(2)
    try shop.list(["0,0.jpg,A,1", "1,1.jpg,A,2", "1,1.jpg,B,3"])
    let reason = "row 4 has the same id"
    await #expect(
      throws: VitrineError.badData(path: shop.catalogue, row: 3, column: "id", reason: reason)
    ) {
      _ = try await shop.ingest(ByteEmbedder()) { $0.strict = true }
    }
  }

  @Test func `a product keeps its photograph where another catalogue names none`() async throws {
    let (shop, other) = (Shop(), Shop())
    try shop.stock(2)
    try other.scratch.write("id,brand,price\n1,New,5\n", to: "products.csv")
    let embedder = ByteEmbedder()
    _ = try await shop.ingest(embedder)
    let engine = try shop.engine(embedder)
    let source = CatalogueSource(path: other.catalogue)
    let report = try await engine.ingest(source)
    #expect(report.updated == 1 && report.valuesDropped == 1)
    let product = try #require(try await engine.product("1"))
    #expect(product.image == "1.jpg" && product.attributes["brand"] == .text("New"))
    #expect(try await engine.imageBytes(of: product) == Array("photograph 1 version 1".utf8))
    let again = try await engine.ingest(source)
    #expect(again.unchanged == 1 && again.updated == 0)
  }

  @Test func `the separator of a schema is the one that is given last`() async throws {
    let shop = Shop()
    try shop.photograph(1)
    try shop.scratch.write("id,image,sizes\n1,1.jpg,S|M;L\n", to: "products.csv")
    let engine = try shop.engine(ByteEmbedder())
    func sizes(_ separator: String?) async throws -> Value? {
      let attribute = Attribute(
        name: "sizes", kind: .keyword, isMultiValued: true, separator: separator)
      let source = CatalogueSource(
        path: shop.catalogue, schema: Schema(attributes: [attribute]))
      _ = try await engine.ingest(source)
      return try await engine.product("1")?.attributes["sizes"]
    }
    #expect(try await sizes("|") == .list(["S", "M;L"]))
    #expect(try await sizes(";") == .list(["S|M", "L"]))
    #expect(try await sizes(nil) == .list(["S|M", "L"]))
    let reason = "the separator of sizes: expected a sign such as |, found an empty text"
    await #expect(throws: VitrineError.schema(reason)) { _ = try await sizes("") }
  }
}
