import Foundation
import HNSW
import Testing
import TestSupport
import Vitrine

private func bytes<Bits: FixedWidthInteger>(_ bits: [Bits]) -> [UInt8] {
  bits.flatMap { bits in
    (0..<Bits.bitWidth / 8).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
  }
}

/// A `.npy` file as NumPy 2.4 writes it: `np.save` pads its header to 64 bytes with blanks.
private func npy(_ type: String, _ shape: String, _ content: [UInt8], order: String = "False")
  -> [UInt8]
{
  let text = "{'descr': '\(type)', 'fortran_order': \(order), 'shape': \(shape), }"
  let padded = text.padding(toLength: 117, withPad: " ", startingAt: 0) + "\n"
  return [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(padded.utf8) + content
}

@Suite struct ImportTests {
  private let rows: [[Float]] = [[0.5, -1, 2, 0.25], [1, 0, 0, -0.125]]

  private func engine(_ scratch: TemporaryDirectory, _ name: String = "index") throws -> Engine {
    try Engine.create(
      path: scratch.path + "/" + name,
      configuration: IndexConfiguration(dimensions: 4, metric: .l2, storage: .float32),
      modelFingerprint: "imported")
  }

  @Test func `vectors of every format come in as they are`() async throws {
    let scratch = TemporaryDirectory()
    try scratch.write("a\nb\n", to: "ids.txt")
    let numbers = rows.flatMap { $0 }
    // np.float16 of the same numbers.
    let halves: [UInt16] = [0x3800, 0xBC00, 0x4000, 0x3400, 0x3C00, 0, 0, 0xB000]
    let files = [
      "f2.npy": npy("<f2", "(2, 4)", bytes(halves)),
      "f4.npy": npy("<f4", "(2, 4)", bytes(numbers.map(\.bitPattern))),
      "f8.npy": npy("<f8", "(2, 4)", bytes(numbers.map { Double($0).bitPattern })),
      "raw.f32": bytes(numbers.map(\.bitPattern)),
    ]
    for (name, content) in files {
      try scratch.write(content, to: name)
      let source = VectorSource(
        vectors: scratch.path + "/" + name, ids: scratch.path + "/ids.txt")
      #expect(try source.dimensions() == 4)
      let engine = try engine(scratch, "index-" + name)
      #expect(try await engine.importVectors(source).inserted == 2)
      #expect(try await engine.vector("a") == rows[0])
      #expect(try await engine.vector("b") == rows[1])
      #expect(try await engine.importVectors(source).unchanged == 2)
    }
  }

  @Test func `files that do not fit are refused with what was expected`() throws {
    let scratch = TemporaryDirectory()
    try scratch.write("a\nb\n", to: "ids.txt")
    let content = bytes(rows.flatMap { $0 }.map(\.bitPattern))
    let cases: [(bytes: [UInt8], reason: String)] = [
      (npy("<f4", "(3, 4)", content), "expected one vector for each of the 2 ids, found 3"),
      (npy("<f4", "(2, 4)", Array(content.dropLast())), "expected 160 bytes, found 159"),
      (
        npy("<i4", "(2, 4)", content),
        "expected little-endian floats ('<f2', '<f4' or '<f8'), found '<i4'"
      ),
      (
        npy("<f4", "(8,)", content),
        "expected two dimensions, rows and numbers, found the shape [8]"
      ),
      (
        npy("<f4", "(2, 4)", content, order: "True"),
        "expected rows in C order; save np.ascontiguousarray(vectors)"
      ),
      (Array(content.dropLast()), "expected .npy, or 4-byte floats for 2 ids; found 31 bytes"),
    ]
    for (number, (bytes, reason)) in cases.enumerated() {
      let path = try scratch.write(bytes, to: "\(number)")
      let error = #expect(throws: VitrineError.self) {
        try VectorSource(vectors: path, ids: scratch.path + "/ids.txt").dimensions()
      }
      #expect(error?.description == "\(path): \(reason)")
    }
  }

  @Test func `attributes join by id and are skipped when unchanged`() async throws {
    let scratch = TemporaryDirectory()
    let source = VectorSource(
      vectors: try scratch.write(bytes(rows.flatMap { $0 }.map(\.bitPattern)), to: "v.f32"),
      ids: try scratch.write("a\nb", to: "ids.txt"),
      attributes: CatalogueSource(
        path: try scratch.write("id,price\nb,2\nc,3\na,1\n", to: "attributes.csv")))
    let engine = try engine(scratch)
    let report = try await engine.importVectors(source)
    #expect(report.inserted == 2 && report.updated == 2 && report.rejected == 1)
    #expect(report.notes.map(\.id) == ["c"])
    #expect(try await engine.product("a")?.attributes == ["price": .number(1)])
    let again = try await engine.importVectors(source)
    #expect(again.unchanged == 2 && again.updated == 0)
    #expect(try await engine.vector("a") == rows[0])
  }

  @Test func `an image of blanks is none`() async throws {
    let scratch = TemporaryDirectory()
    let lines = #"{"id": "a", "image": ["  "]}"# + "\n" + #"{"id": "b", "image": [" b.jpg"]}"#
    let source = VectorSource(
      vectors: try scratch.write(bytes(rows.flatMap { $0 }.map(\.bitPattern)), to: "v.f32"),
      ids: try scratch.write("a\nb", to: "ids.txt"),
      attributes: CatalogueSource(path: try scratch.write(lines, to: "attributes.jsonl")))
    let engine = try engine(scratch)
    _ = try await engine.importVectors(source)
    #expect(try await engine.product("a") == Product(id: "a"))
    #expect(try await engine.product("b") == Product(id: "b", image: "b.jpg"))
  }

  @Test func `an export that is cancelled leaves no files`() async throws {
    let shop = Shop()
    try shop.scratch.write(#"{"id": "a", "image": "1.jpg"}"#, to: "products.csv")
    try shop.photograph(1)
    _ = try await shop.ingest(ByteEmbedder())
    let engine = try shop.engine(ByteEmbedder())
    let folder = shop.scratch.path + "/export"
    let (begun, goesOn) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let export = Task {
      try await engine.export(to: folder) { _, total in
        #expect(total == 1)
        begun.signal()
        goesOn.wait()
      }
    }
    await Task.detached { begun.wait() }.value
    export.cancel()
    goesOn.signal()
    await #expect(throws: CancellationError.self) { try await export.value }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
  }

  @Test func `one export at a time writes to a folder`() async throws {
    let shop = Shop()
    try shop.stock(3)
    let embedder = ByteEmbedder()
    _ = try await shop.ingest(embedder)
    let engine = try shop.engine(embedder)
    let folder = shop.scratch.path + "/export"
    let (started, goesOn) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let first = Task {
      try await engine.export(to: folder) { _, _ in
        started.signal()
        goesOn.wait()
      }
    }
    await Task.detached { started.wait() }.value
    await #expect(throws: VitrineError.self) { try await engine.export(to: folder) }
    goesOn.signal()
    #expect(try await first.value.products == 3)
    await #expect(throws: VitrineError.self) { try await engine.export(to: shop.index) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: shop.index).count == 2)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(names.sorted() == ["ids.txt", "products.jsonl", "schema.json", "vectors.npy"])
  }

  @Test func `what is exported comes back the same`() async throws {
    let shop = Shop()
    try shop.scratch.write(
      """
      {"id": "b/1", "image": "1.jpg", "name": "A \\"red\\" dress 👗", "price": 12.5, "sizes": ["S"]}
      {"id": "a,2", "image": "2.jpg", "name": "Shoe", "listed": "2024-05-01", "new": true}
      """, to: "products.csv")
    try shop.photograph(1)
    try shop.photograph(2)
    let embedder = ByteEmbedder()
    _ = try await shop.ingest(embedder)
    let engine = try shop.engine(embedder)
    let folder = shop.scratch.path + "/export"
    let report = try await engine.export(to: folder)
    #expect(report.products == 2 && report.files.count == 4)

    let json = try Data(contentsOf: URL(fileURLWithPath: folder + "/schema.json"))
    let members = try JSONSerialization.jsonObject(with: json) as? [String: Any]
    #expect(members?["model"] as? String == embedder.fingerprint)
    let source = VectorSource(
      vectors: folder + "/vectors.npy", ids: folder + "/ids.txt",
      attributes: CatalogueSource(
        path: folder + "/products.jsonl",
        schema: try JSONDecoder().decode(Schema.self, from: json)))
    let copy = try Engine.create(
      path: shop.scratch.path + "/copy",
      configuration: IndexConfiguration(dimensions: try source.dimensions()),
      modelFingerprint: embedder.fingerprint)
    _ = try await copy.importVectors(source)
    #expect(try copy.schema == engine.schema)
    for id in ["b/1", "a,2"] {
      let product = try await engine.product(id)
      #expect(try await copy.product(id) == product && product != nil)
      let (first, second) = (try await engine.vector(id), try await copy.vector(id))
      #expect(zip(first ?? [], second ?? [1]).allSatisfy { abs($0 - $1) < 1e-3 })
    }
  }
}
