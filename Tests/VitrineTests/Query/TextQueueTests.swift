import Foundation
import HNSW
import Synchronization
import Testing
import TestSupport
import Vitrine

/// Searches that come while the model is at work share its next call.
@Suite struct TextQueueTests {
  struct Unreadable: Error, Equatable { let text: String }

  /// Remembers its calls, the first of which lasts until it is told to go on; cannot read "bad".
  private final class SlowModel: Embedder {
    private let words = WordModel(dimensions: 32)
    private let gate = DispatchSemaphore(value: 0)
    private let texts = Mutex<[[String]]>([])

    var calls: [[String]] { texts.withLock { $0 } }
    var dimensions: Int { words.dimensions }
    var fingerprint: String { words.fingerprint }
    var logitScale: Float { words.logitScale }

    func goOn() { gate.signal() }

    func embed(images: [[UInt8]]) -> [Result<[Float], any Error>] { words.embed(images: images) }

    func embed(texts: [String]) throws -> [[Float]] {
      let isFirst = self.texts.withLock { calls in
        calls.append(texts)
        return calls.count == 1
      }
      if isFirst { gate.wait() }
      if let bad = texts.first(where: { $0.contains("bad") }) { throw Unreadable(text: bad) }
      return words.embed(texts: texts)
    }
  }

  private final class Answered: Sendable {
    let turns = Mutex<[TextQueue.Turn]>([])
  }

  private func withEngine(_ body: (Engine, SlowModel) async throws -> Void) async throws {
    let directory = TemporaryDirectory()
    var options = Engine.Options()
    options.threads = 1
    let (slow, words) = (SlowModel(), WordModel(dimensions: 32))
    let engine = try Engine.create(
      path: directory.path, configuration: IndexConfiguration(dimensions: 32),
      modelFingerprint: words.fingerprint, schema: RandomCatalogue.schema, embedder: slow,
      options: options)
    try await engine.upsert(
      Samples.products.map { ($0, words.vector($0.attributes["title"]?.label ?? "")) })
    try await body(engine, slow)
    withExtendedLifetime(directory) {}
  }

  /// Asks the first text, and the others once the model is at work on it.
  private func ask(
    _ texts: [String], _ engine: Engine, _ model: SlowModel, cancelling cancelled: Int? = nil
  ) async throws -> [Result<SearchResponse, any Error>] {
    func search(_ text: String) -> Task<SearchResponse, any Error> {
      Task { try await engine.search(Query(text)) }
    }
    var tasks = [search(texts[0])]
    while model.calls.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
    tasks += texts.dropFirst().map(search)
    try await Task.sleep(for: .milliseconds(200))
    if let cancelled { tasks[cancelled].cancel() }
    model.goOn()
    var results: [Result<SearchResponse, any Error>] = []
    for task in tasks { results.append(await task.result) }
    return results
  }

  @Test func `texts that wait are embedded together, and each gets its own answer`() async throws {
    let texts = (0..<12).map { ["summer dress", "leather watch", "shoe"][$0 % 3] + " \($0)" }
    try await withEngine { engine, model in
      let answers = try await ask(texts, engine, model).map { try $0.get() }
      #expect(model.calls[0] == [texts[0]])
      #expect(model.calls.flatMap(\.self).sorted() == texts.sorted())
      #expect(model.calls.count < texts.count)
      for (text, answer) in zip(texts, answers) {
        #expect(answer.query == text)
        let alone = try await engine.search(Query(text))
        #expect(answer.hits == alone.hits)
      }
    }
  }

  @Test func `a text that cannot be read is the error of its own search alone`() async throws {
    let texts = ["dress", "watch", "a bad one", "shoe"]
    try await withEngine { engine, model in
      let results = try await ask(texts, engine, model)
      for (text, result) in zip(texts, results) {
        if text.contains("bad") {
          #expect(throws: Unreadable(text: text)) { try result.get() }
        } else {
          #expect(try result.get().query == text)
        }
      }
    }
  }

  @Test func `a turn lasts until the answer is there, and waiting searches are shared out fairly`()
    async throws
  {
    let queue = TextQueue(limit: 2)
    let model = SlowModel()
    model.goOn()
    let first = await queue.turn(for: ["dress"])
    let second = await queue.turn(for: ["watch"])
    let answered = Answered()
    for text in (0..<6).map({ ["hat \($0)"] }) {
      Task {
        let turn = await queue.turn(for: text)
        let vectors = try turn.vectors(of: text, model)
        #expect(vectors == WordModel(dimensions: 32).embed(texts: text))
        answered.turns.withLock { $0.append(turn) }
      }
    }
    try await Task.sleep(for: .milliseconds(100))
    _ = try first.vectors(of: ["dress"], model)
    try await Task.sleep(for: .milliseconds(100))
    // It took along half of those who ask, itself among them, and both places are still taken.
    #expect(model.calls[0].count == 4)
    second.leave()
    first.leave()
    try await Task.sleep(for: .milliseconds(100))
    var turns = answered.turns.withLock { $0 }
    #expect(turns.count == 3)
    while turns.count < 6 {
      for turn in turns { turn.leave() }
      try await Task.sleep(for: .milliseconds(1))
      turns = answered.turns.withLock { $0 }
    }
    #expect(model.calls.flatMap(\.self).count == 7)
  }

  @Test func `who is being embedded by somebody else counts among those who ask`() async throws {
    let queue = TextQueue(limit: 2)
    let model = SlowModel()
    let first = await queue.turn(for: ["dress"])
    let second = await queue.turn(for: ["watch"])
    func ask(_ texts: [String]) {
      for text in texts {
        Task {
          let turn = await queue.turn(for: [text])
          _ = try turn.vectors(of: [text], model)
          turn.leave()
        }
      }
    }
    ask(["hat", "shoe", "belt"])
    try await Task.sleep(for: .milliseconds(100))
    // The first takes two or more along and is long at work on them.
    let slow = Task.detached { try first.vectors(of: ["dress"], model) }
    while model.calls.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
    ask(["scarf", "ring", "coat"])
    try await Task.sleep(for: .milliseconds(100))
    second.leave()
    try await Task.sleep(for: .milliseconds(100))
    #expect(model.calls.map(\.count) == [3, 4])
    model.goOn()
    _ = try await slow.value
    first.leave()
  }

  @Test(arguments: 1..<4) func `whoever is cancelled holds nobody up`(place: Int) async throws {
    let texts = ["dress", "watch", "hat", "shoe"]
    try await withEngine { engine, model in
      let results = try await ask(texts, engine, model, cancelling: place)
      for (index, result) in results.enumerated() {
        #expect(index == place || (try? result.get()) != nil)
      }
      _ = try await engine.search(Query("another dress"))
    }
  }
}
