import Dispatch
import Synchronization
import Testing
import Vitrine

/// Writers that come between another's reading and its transaction. They come while it embeds.
@Suite struct ConcurrentWriteTests {
  /// Does something once to an engine while photographs are embedded, and waits until it is done.
  private final class Intruder: Sendable {
    private let waiting = Mutex<(@Sendable () async throws -> Void)?>(nil)

    func next(_ action: @escaping @Sendable () async throws -> Void) {
      waiting.withLock { $0 = action }
    }

    func come() {
      let action = waiting.withLock { waiting in
        defer { waiting = nil }
        return waiting
      }
      guard let action else { return }
      let done = DispatchSemaphore(value: 0)
      Task {
        do { try await action() } catch { Issue.record(error) }
        done.signal()
      }
      done.wait()
    }
  }

  @Test func `an update keeps the photograph that another writer gave meanwhile`() async throws {
    let shop = Shop()
    let intruder = Intruder()
    let embedder = ByteEmbedder { _ in intruder.come() }
    let engine = try shop.engine(embedder)
    try await engine.upsert(Product(id: "hat", image: "old.jpg"), image: [1])
    intruder.next { try await engine.upsert(Product(id: "hat", image: "new.jpg"), image: [2]) }
    try await engine.upsert(embedding: [
      (Product(id: "bag", image: "bag.jpg"), [3]),
      (Product(id: "hat", attributes: ["price": .number(5)]), nil),
    ])
    let hat = try #require(try await engine.product("hat"))
    #expect(hat == Product(id: "hat", image: "new.jpg", attributes: ["price": .number(5)]))
    #expect(try await engine.similarity("hat", to: embedder.vector(of: [2])) > 0.99)
  }

  @Test func `an ingestion leaves products to another writer's photographs and says so`()
    async throws
  {
    let shop = Shop()
    try shop.stock(3)
    _ = try await shop.ingest(ByteEmbedder())
    try shop.stock(4) { "\($0 + 100)" }
    let intruder = Intruder()
    let embedder = ByteEmbedder { _ in intruder.come() }
    let engine = try shop.engine(embedder)
    intruder.next { try await engine.upsert(Product(id: "1", image: "new.jpg"), image: [9]) }
    let source = CatalogueSource(path: shop.catalogue)
    let first = try await engine.ingest(source, options: IngestOptions())
    #expect(first.updated == 2 && first.inserted == 1 && first.rejected == 1)
    #expect(try await engine.product("1") == Product(id: "1", image: "new.jpg"))
    let second = try await engine.ingest(source, options: IngestOptions())
    #expect(second.reembedded == 1 && second.unchanged == 3 && second.rejected == 0)
    #expect(try await engine.product("1")?.image == "1.jpg")
  }
}

extension Engine {
  fileprivate func similarity(_ id: String, to other: [Float]) async throws -> Float {
    let vector = try #require(try await vector(id))
    return zip(vector, other).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
