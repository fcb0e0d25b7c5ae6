import Synchronization

/// Lets searches that are asked at the same time share a call of the model.
///
/// A call reads all weights of the model, which for a short text takes as long as what is done with
/// them. So a search has to wait for its turn while as many as there are threads are at work, and whose turn
/// it is takes the texts of others that wait along. Who comes alone does not wait.
///
/// A search is at work until it is answered, not only until its text is embedded: the cores are busy so long,
/// and what comes meanwhile is better embedded together than each on its own, beside searches.
package final class TextQueue: Sendable {
  /// Texts that are taken along.
  private static let most = 32

  private struct Waiting {
    let texts: [String]
    let continuation: CheckedContinuation<Turn, Never>
  }

  private struct State {
    /// Searches that embed, or have their vectors and are still answered.
    var atWork = 0
    /// Searches whose texts somebody else embeds at the moment.
    var takenAlong = 0
    var waiting: [Waiting] = []

    /// Whether one more may begin to embed, which it then does.
    mutating func begin(_ limit: Int) -> Bool {
      guard atWork < limit else { return false }
      atWork += 1
      return true
    }
  }

  private let state = Mutex(State())
  private let limit: Int

  /// - Parameter limit: a search begins to embed only while fewer than these are at work; one at least.
  package init(limit: Int) { self.limit = limit }

  /// How a search comes to the vectors of its texts: waits until it is its turn, or somebody took its
  /// texts along. Being cancelled does not shorten that: a call of the model is soon over.
  nonisolated(nonsending) package func turn(for texts: [String]) async -> Turn {
    await withCheckedContinuation { continuation in
      let isFree = state.withLock { state in
        if state.begin(limit) { return true }
        state.waiting.append(Waiting(texts: texts, continuation: continuation))
        return false
      }
      if isFree { continuation.resume(returning: .lead(Place(self))) }
    }
  }

  /// Whose turn it is.
  package enum Turn: Sendable {
    /// Nobody waits for it, nor does it wait.
    case alone
    /// It embeds, and takes along its share of those that wait by then.
    case lead(Place)
    /// Somebody took the texts along, which took so long for all of them; or they were known.
    case embedded(Result<[[Float]], any Error>, milliseconds: Double, Place?)

    /// The vectors of the texts.
    package func vectors(of texts: [String], _ embedder: any Embedder) throws -> [[Float]] {
      switch self {
      case .alone: try embedder.embed(texts: texts)
      case .lead(let place): try place.embed(texts, embedder)
      case .embedded(let result, _, _): try result.get()
      }
    }

    /// What the vectors took that others made.
    var milliseconds: Double {
      if case .embedded(_, let milliseconds, _) = self { milliseconds } else { 0 }
    }

    /// Makes room for others.
    package func leave() {
      switch self {
      case .alone: break
      case .lead(let place): place.leave()
      case .embedded(_, _, let place): place?.leave()
      }
    }
  }

  /// The place of a search at work, which is free again when it is left or let go of.
  package final class Place: Sendable {
    private let queue: TextQueue
    private let isLeft = Atomic(false)

    fileprivate init(_ queue: TextQueue) { self.queue = queue }

    deinit { leave() }

    func leave() {
      if !isLeft.exchange(true, ordering: .relaxed) { queue.leave() }
    }

    /// Embeds texts, and those of a share of the searches that wait.
    fileprivate func embed(_ texts: [String], _ embedder: any Embedder) throws -> [[Float]] {
      let others = queue.takeAlong()
      guard !others.isEmpty else { return try embedder.embed(texts: texts) }
      let clock = StageClock()
      guard let all = try? embedder.embed(texts: texts + others.flatMap(\.texts)) else {
        // Whose text it is about shows where each is alone.
        for other in others {
          let own = Result { try embedder.embed(texts: other.texts) }
          queue.resume(other, own, clock.total)
        }
        return try embedder.embed(texts: texts)
      }
      var rest = all.dropFirst(texts.count)
      for other in others {
        let own = Array(rest.prefix(other.texts.count))
        rest = rest.dropFirst(other.texts.count)
        queue.resume(other, .success(own), clock.total)
      }
      return Array(all.prefix(texts.count))
    }
  }

  /// A fair share of those who wait: had one all of them, the next would come alone.
  private func takeAlong() -> [Waiting] {
    state.withLock { state in
      let all = state.waiting.count + state.atWork + state.takenAlong
      let share = (all - 1) / limit
      var (count, texts) = (0, 0)
      while count < min(share, state.waiting.count),
        texts + state.waiting[count].texts.count <= Self.most
      {
        texts += state.waiting[count].texts.count
        count += 1
      }
      state.takenAlong += count
      defer { state.waiting.removeFirst(count) }
      return Array(state.waiting.prefix(count))
    }
  }

  private func resume(
    _ other: Waiting, _ vectors: Result<[[Float]], any Error>, _ milliseconds: Double
  ) {
    state.withLock { state in
      state.takenAlong -= 1
      state.atWork += 1
    }
    other.continuation.resume(
      returning: .embedded(vectors, milliseconds: milliseconds, Place(self)))
  }

  private func leave() {
    let next = state.withLock { state -> Waiting? in
      state.atWork -= 1
      guard !state.waiting.isEmpty, state.begin(limit) else { return nil }
      return state.waiting.removeFirst()
    }
    next?.continuation.resume(returning: .lead(Place(self)))
  }
}
