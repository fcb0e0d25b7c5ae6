import Synchronization

/// Lets searches that are asked at the same time share a call of the model.
///
/// A call reads all weights of the model, which for a short text takes as long as what is done with
/// them. So only some searches have their texts embedded at a time. The others wait, and the next one
/// whose turn it is takes the texts of all of them along. Who comes alone does not wait.
final class TextQueue: Sendable {
  /// Texts that are taken along.
  private static let most = 32

  private struct Waiting {
    let texts: [String]
    let continuation: CheckedContinuation<Turn, Never>
  }

  private struct State {
    var leaders = 0
    var waiting: [Waiting] = []

    mutating func canLead(_ limit: Int) -> Bool {
      guard leaders < limit else { return false }
      leaders += 1
      return true
    }
  }

  private let state = Mutex(State())
  private let limit: Int

  /// - Parameter leaders: how many embed at a time, one at least.
  init(leaders limit: Int) { self.limit = limit }

  /// How a search comes to the vectors of its texts: waits until it is its turn, or somebody took its
  /// texts along. Being cancelled does not shorten that: a call of the model is soon over.
  nonisolated(nonsending) func turn(for texts: [String]) async -> Turn {
    await withCheckedContinuation { continuation in
      let isFree = state.withLock { state in
        if state.canLead(limit) { return true }
        state.waiting.append(Waiting(texts: texts, continuation: continuation))
        return false
      }
      if isFree { continuation.resume(returning: .lead(Lead(self))) }
    }
  }

  /// Whose turn it is.
  enum Turn: Sendable {
    /// Nobody waits for it, nor does it wait.
    case alone
    /// It embeds, and takes along whoever waits by then.
    case lead(Lead)
    /// Somebody took the texts along, which took so long for all of them.
    case embedded(Result<[[Float]], any Error>, milliseconds: Double)

    /// The vectors of the texts.
    func vectors(of texts: [String], _ embedder: any Embedder) throws -> [[Float]] {
      switch self {
      case .alone: try embedder.embed(texts: texts)
      case .lead(let lead): try lead.embed(texts, embedder)
      case .embedded(let result, _): try result.get()
      }
    }

    /// What the vectors took that others made.
    var milliseconds: Double {
      if case .embedded(_, let milliseconds) = self { milliseconds } else { 0 }
    }
  }

  /// The right to embed, which passes to the next one afterwards, or when it is let go of.
  final class Lead: Sendable {
    private let queue: TextQueue
    private let isPassedOn = Atomic(false)

    fileprivate init(_ queue: TextQueue) { self.queue = queue }

    deinit { passOn() }

    /// Embeds texts, and those of all who wait.
    fileprivate func embed(_ texts: [String], _ embedder: any Embedder) throws -> [[Float]] {
      defer { passOn() }
      let others = queue.takeAlong()
      guard !others.isEmpty else { return try embedder.embed(texts: texts) }
      let clock = StageClock()
      guard let all = try? embedder.embed(texts: texts + others.flatMap(\.texts)) else {
        // Whose text it is about shows where each is alone.
        for other in others {
          let own = Result { try embedder.embed(texts: other.texts) }
          other.continuation.resume(returning: .embedded(own, milliseconds: clock.total))
        }
        return try embedder.embed(texts: texts)
      }
      var rest = all.dropFirst(texts.count)
      for other in others {
        let own = Array(rest.prefix(other.texts.count))
        rest = rest.dropFirst(other.texts.count)
        other.continuation.resume(
          returning: .embedded(.success(own), milliseconds: clock.total))
      }
      return Array(all.prefix(texts.count))
    }

    private func passOn() {
      guard !isPassedOn.exchange(true, ordering: .relaxed) else { return }
      queue.next()?.resume(returning: .lead(Lead(queue)))
    }
  }

  private func takeAlong() -> [Waiting] {
    state.withLock { state in
      var (count, texts) = (0, 0)
      while count < state.waiting.count, texts + state.waiting[count].texts.count <= Self.most {
        texts += state.waiting[count].texts.count
        count += 1
      }
      defer { state.waiting.removeFirst(count) }
      return Array(state.waiting.prefix(count))
    }
  }

  /// Who leads next; nil if nobody waits.
  private func next() -> CheckedContinuation<Turn, Never>? {
    state.withLock { state in
      guard state.waiting.isEmpty else { return state.waiting.removeFirst().continuation }
      state.leaders -= 1
      return nil
    }
  }
}
