import Dispatch
import HNSW
import Testing
import TestSupport
import Vitrine

@Suite struct VectorImportTests {
  /// Writes vectors of four numbers, `1 1 1 1` to those of `count`, and their ids.
  private func source(_ count: Int, in scratch: TemporaryDirectory) throws -> VectorSource {
    let numbers = (1...count).flatMap { number in
      (0..<16).map { UInt8(truncatingIfNeeded: Float(number).bitPattern >> ($0 % 4 * 8)) }
    }
    return VectorSource(
      vectors: try scratch.write(
        VectorFile.header(rows: count, dimensions: 4) + numbers, to: "vectors.npy"),
      ids: try scratch.write((1...count).map { "\($0)\n" }.joined(), to: "ids.txt"))
  }

  private func engine(_ scratch: TemporaryDirectory) throws -> Engine {
    try Engine.create(
      path: scratch.path + "/index",
      configuration: IndexConfiguration(dimensions: 4, metric: .l2, storage: .float32),
      modelFingerprint: "imported")
  }

  @Test func `a cancelled import reports the rows that it took`() async throws {
    let scratch = TemporaryDirectory()
    let source = try source(3, in: scratch)
    let engine = try engine(scratch)
    var options = IngestOptions()
    options.batchSize = 1
    // The import waits after its first batch until the task is cancelled.
    let (reached, reach) = AsyncStream.makeStream(of: Void.self)
    let gate = DispatchSemaphore(value: 0)
    let task = Task { [options] in
      try await engine.importVectors(source, options: options) { progress in
        guard progress.phase == .embedding else { return }
        reach.yield()
        gate.wait()
        gate.signal()
      }
    }
    for await _ in reached { break }
    task.cancel()
    gate.signal()
    let report = try await task.value
    #expect(report.cancelled && report.rows == 1 && report.inserted == 1)
    let again = try await engine.importVectors(source)
    #expect(again.rows == 3 && again.inserted == 2 && again.unchanged == 1)
  }

  @Test(arguments: ["absent.csv", "no-ids.csv"])
  func `attributes that cannot be read are noticed before a vector is stored`(name: String)
    async throws
  {
    let scratch = TemporaryDirectory()
    var source = try source(2, in: scratch)
    try scratch.write("name,price\nShirt,2\n", to: "no-ids.csv")
    source.attributes = CatalogueSource(path: scratch.path + "/" + name)
    let (engine, given) = (try engine(scratch), source)
    await #expect(throws: VitrineError.self) { _ = try await engine.importVectors(given) }
    #expect(try await engine.product("1") == nil)
    #expect(throws: VitrineError.self) { try given.attributes?.check() }
  }

  @Test func `blanks around ids and the mark of byte order are no part of them`() async throws {
    let scratch = TemporaryDirectory()
    var source = try source(3, in: scratch)
    source.ids = try scratch.write("\u{FEFF}1\n 2 \r\n3\r\n", to: "ids.txt")
    source.attributes = CatalogueSource(
      path: try scratch.write("\u{FEFF}id,name\n1,a\n2,b\n 3 ,c\n", to: "attributes.csv"))
    let engine = try engine(scratch)
    let report = try await engine.importVectors(source)
    #expect(report.inserted == 3 && report.updated == 3 && report.rejected == 0)
    #expect(report.attributeRowsUsed == 3)
    for (id, name) in ["1": "a", "2": "b", "3": "c"] {
      #expect(try await engine.product(id)?.attributes["name"] == .text(name))
    }
  }

  @Test func `what cannot be imported is named with its file and what was found`() async throws {
    let scratch = TemporaryDirectory()
    let numbers: [Float] = [0, 0, 0, 0, 1, .infinity, 0, 0, 1, 1, 1, 1]
    let bytes = numbers.flatMap { number in
      (0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> ($0 * 8)) }
    }
    let source = VectorSource(
      vectors: try scratch.write(bytes, to: "vectors.f32"),
      ids: try scratch.write("a\nb\nc\n", to: "ids.txt"),
      attributes: CatalogueSource(
        path: try scratch.write("id,price\nx,1\nx,2\n", to: "attributes.csv")))
    let report = try await engine(scratch).importVectors(source)
    let vector = "in \(source.vectors): expected finite numbers that are not all zero, found"
    let unknown =
      "\(scratch.path)/attributes.csv has \"x\", but neither \(source.ids) nor the index has a "
      + "vector of this id"
    #expect(
      report.notes.map(\.reason) == [
        "the vector of \"a\" \(vector) only zeros", "the vector of \"b\" \(vector) inf as number 2",
        unknown, unknown,
      ])
    #expect(report.rejected == 4 && report.superseded == 0 && report.inserted == 1)
    #expect(report.attributeRowsUsed == 0)
  }

  @Test(arguments: [true, false])
  func `strict names the file that the row is in`(isVector: Bool) async throws {
    let scratch = TemporaryDirectory()
    let bytes = (isVector ? Float.nan : 1).bitPattern
    let source = VectorSource(
      vectors: try scratch.write(
        (0..<16).map { UInt8(truncatingIfNeeded: bytes >> ($0 % 4 * 8)) }, to: "vectors.f32"),
      ids: try scratch.write("a\n", to: "ids.txt"),
      attributes: CatalogueSource(
        path: try scratch.write("id,price\nx,1\n", to: "attributes.csv")))
    let engine = try engine(scratch)
    var options = IngestOptions()
    options.strict = true
    let asked = options
    let error = await #expect(throws: VitrineError.self) {
      _ = try await engine.importVectors(source, options: asked)
    }
    let place = isVector ? "vectors.f32, row 1: " : "attributes.csv, row 2: "
    #expect(error?.description.hasPrefix("\(scratch.path)/\(place)") == true)
  }

  @Test func `an index without a model is told its model later, once and of its size`() throws {
    let scratch = TemporaryDirectory()
    let path = scratch.path + "/index"
    func engine() throws -> Engine { try Engine(path: path) }
    _ = try Engine.create(
      path: path, configuration: IndexConfiguration(dimensions: 4), modelFingerprint: "")
    let model = ByteEmbedder(dimensions: 4)
    let refusal = #expect(throws: VitrineError.self) { try Engine(path: path, embedder: model) }
    #expect(refusal?.description.hasPrefix("the index was imported without a model: ") == true)
    #expect(throws: VitrineError.dimensionMismatch(expected: 4, found: 8)) {
      try engine().setModel(ByteEmbedder(dimensions: 8))
    }
    try engine().setModel(model)
    #expect(try Engine(path: path, embedder: model).modelFingerprint == "bytes")
    #expect(throws: VitrineError.modelMismatch(index: "bytes", model: "other")) {
      try engine().setModel(ByteEmbedder(dimensions: 4, fingerprint: "other"))
    }
  }

  @Test(arguments: ["prune", "textOnly"])
  func `pruning and words are refused`(name: String) async throws {
    let scratch = TemporaryDirectory()
    let source = try source(1, in: scratch)
    let engine = try engine(scratch)
    var options = IngestOptions()
    options.prune = name == "prune"
    options.textOnly = name == "textOnly"
    let reason = "an import of vectors: expected neither prune nor textOnly, found \(name)"
    let asked = options
    let error = await #expect(throws: VitrineError.self) {
      _ = try await engine.importVectors(source, options: asked)
    }
    #expect(error.map { "\($0)" }?.contains(reason) == true)
  }

  @Test(arguments: [Int.max, Int.max / 4])
  func `a shape that is more than can be counted is refused`(dimensions: Int) throws {
    let scratch = TemporaryDirectory()
    let path = try scratch.write(
      VectorFile.header(rows: 1, dimensions: dimensions), to: "vectors.npy")
    let ids = try scratch.write("a\n", to: "ids.txt")
    let error = #expect(throws: VitrineError.self) {
      try VectorSource(vectors: path, ids: ids).dimensions()
    }
    let reason = "expected a shape that a file can have, found [1, \(dimensions)]"
    #expect(error?.description == "\(path): \(reason)")
  }

  @Test func `ids that cannot be are refused with what was found`() throws {
    let scratch = TemporaryDirectory()
    let cases: [(ids: [UInt8], reason: String)] = [
      (Array("a\n\n".utf8), "expected an id of 1 to 500 bytes, found 0"),
      ([97, 10, 98, 0xFF, 10], "expected an id in UTF-8, found b\u{FFFD}"),
      (Array("a\na\n".utf8), "a occurs twice"),
    ]
    for (ids, reason) in cases {
      let path = try scratch.write(ids, to: "ids.txt")
      let error = #expect(throws: VitrineError.self) {
        try VectorSource(vectors: "", ids: path).dimensions()
      }
      #expect(error?.description == "\(path), row 2: \(reason)")
    }
  }
}
