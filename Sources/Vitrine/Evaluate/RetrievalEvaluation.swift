/// How well a model finds the photographs that a caption describes, among many others.
///
/// Every distinct caption is a query once; all products that carry it are its right answers, so
/// that equal captions count as equal.
public struct RetrievalEvaluation: Sendable, Codable {
  /// The attribute that holds the captions.
  public let attribute: String
  /// How many photographs were ranked for each caption.
  public let candidates: Int
  /// Scores at each cut-off.
  public let scores: [RankingScores]
  /// Recall at the largest cut-off within each value of the slicing attributes, worst first.
  /// A caption belongs to the slice of the first product that carries it.
  public let slices: [EvaluationSlice]

  /// Ranks all of `set` for every caption in it.
  ///
  /// - Parameters:
  ///   - set: vectors of the embedder's model.
  ///   - attribute: what to query with.
  ///   - embedder: the model.
  ///   - cutoffs: ascending, at least one.
  ///   - slicing: attributes whose values are scored apart.
  ///   - minimumSlice: smaller slices are not reported: their scores are noise.
  /// - Throws: ``VitrineError/invalidArgument(_:)`` for an attribute that no product has, and if no
  ///   product has a caption; what the embedder throws, `CancellationError`.
  /// - Complexity: O(captions × products × dimensions), over all cores.
  public init(
    _ set: EvaluationSet, caption attribute: String, embedder: any Embedder,
    cutoffs: [Int] = [1, 5, 10], slicing: [String] = [], minimumSlice: Int = 20
  ) async throws {
    try set.check([attribute] + slicing)
    let groups = Self.productsByCaption(set, attribute)
    guard !groups.isEmpty else {
      throw VitrineError.invalidArgument(
        "retrieval: expected products with one value of \(attribute) each, found none")
    }
    let outcomes = try await Self.outcomes(of: groups, in: set, embedder)
    let last = cutoffs.last ?? 10
    var parts: [EvaluationSlice.Key: [RankedOutcome]] = [:]
    for (group, outcome) in zip(groups, outcomes) {
      for key in EvaluationSlice.keys(of: set, at: group.products[0], slicing) {
        parts[key, default: []].append(outcome)
      }
    }
    self.attribute = attribute
    candidates = set.products.count
    scores = cutoffs.map { RankingScores(outcomes, k: $0) }
    slices = EvaluationSlice.worstFirst(
      parts.mapValues { (count: $0.count, score: RankingScores($0, k: last).recall) },
      minimum: minimumSlice)
  }

  private struct Group {
    let caption: String
    var products: [Int]
  }

  /// Captions in the order of their first product, so that the answer does not depend on hashing.
  private static func productsByCaption(_ set: EvaluationSet, _ attribute: String) -> [Group] {
    var groups: [Group] = []
    var position: [String: Int] = [:]
    for index in set.products.indices {
      guard let caption = set.label(of: index, attribute) else { continue }
      if let known = position[caption] {
        groups[known].products.append(index)
      } else {
        position[caption] = groups.count
        groups.append(Group(caption: caption, products: [index]))
      }
    }
    return groups
  }

  /// One task per 64 captions: long enough to pay for a task, short enough to keep cores busy.
  private static func outcomes(
    of groups: [Group], in set: EvaluationSet, _ embedder: any Embedder
  ) async throws -> [RankedOutcome] {
    let chunk = 64
    return try await withThrowingTaskGroup(of: (Int, [RankedOutcome]).self) { tasks in
      for start in stride(from: 0, to: groups.count, by: chunk) {
        tasks.addTask {
          try Task.checkCancellation()
          let part = groups[start..<min(start + chunk, groups.count)]
          let queries = try embedder.embed(texts: part.map(\.caption))
          return (start, zip(part, queries).map { rank($0.products, for: $1, in: set) })
        }
      }
      var parts: [(Int, [RankedOutcome])] = []
      for try await part in tasks { parts.append(part) }
      return parts.sorted { $0.0 < $1.0 }.flatMap(\.1)
    }
  }

  /// Where the products stand when all are sorted by similarity. Ties rank against them.
  private static func rank(
    _ products: [Int], for query: [Float], in set: EvaluationSet
  ) -> RankedOutcome {
    let similarities = set.similarities(to: query)
    let relevant = Set(products)
    let scores = products.map { similarities[$0] }.sorted(by: >)
    var better = [Int](repeating: 0, count: scores.count)
    for (index, similarity) in similarities.enumerated() where !relevant.contains(index) {
      for (position, score) in scores.enumerated() where similarity >= score {
        better[position] += 1
      }
    }
    return RankedOutcome(
      relevantRanks: better.enumerated().map { $0.element + $0.offset },
      relevantCount: products.count)
  }
}
