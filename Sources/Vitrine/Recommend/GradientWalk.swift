import HNSW
import LMDB

/// GradREC (Chia et al., "Does it come in black? CLIP-like models are zero-shot recommenders",
/// arXiv 2204.02473): recommends by walking through the space of products.
///
/// What a direction means is learned from the catalogue. Let P be products of the start's kind
/// (those nearest to it, or to the text that names the kind) and E the ones nearest to the text of
/// the direction. Each component of the direction is the signal-to-noise ratio of E against P:
/// ```
/// δ(e) = (e − mean(P)) / deviation(P)      for e in E, by component
/// v    = mean(δ) / deviation(δ),           scaled to unit length
/// ```
/// The walk starts at the product and stays where products are, by moving towards their mean:
/// ```
/// x ← x / |x|
/// x ← x + (1 − λ) · step · v + λ · mean(products nearest to x)
/// ```
/// From each place it takes the nearest product that lies further along v than the last one taken;
/// where the direction is a quality, one of P, so that the walk stays with the start's kind.
struct GradientWalk {
  /// How much further along v a product has to be, as a share of the start's length: less is noise, which no
  /// eye sees.
  private static let leastGain: Float = 0.03

  let options: RecommendOptions
  let permitted: SlotSet?
  /// Whether the direction is a quality, and not another kind.
  let staysInKind: Bool

  /// - Parameters:
  ///   - start: the slot of the first product.
  ///   - texts: the vectors of ``Direction/texts``.
  /// - Returns: slots with their progress and similarity to the way.
  func steps(
    from start: Slot, texts: [[Float]], _ snapshot: borrowing Snapshot,
    _ cancellation: Cancellation
  ) throws -> [(slot: Slot, progress: Float, similarity: Float)] {
    guard var place = snapshot.vector(of: start), let last = texts.last else { return [] }
    let kind = texts.count == 2 ? texts[0] : place
    let population = try nearest(kind, options.population, permitted, snapshot)
    // What shows a quality, and has more of it, is of the kind; another kind is anywhere.
    let reachable = staysInKind ? SlotSet(population.map(\.slot)) : permitted
    guard let direction = try direction(of: population, towards: last, within: reachable, snapshot)
    else { return [] }
    let metric = snapshot.configuration.metric
    let origin = VectorMath.dot(place, direction)
    let leastGain = Self.leastGain * VectorMath.length(place)
    var taken: Set<Slot> = [start]
    var furthest: Float = 0
    var steps: [(slot: Slot, progress: Float, similarity: Float)] = []
    var around = try nearest(place, options.neighbours, reachable, snapshot)
    for _ in 0..<options.steps {
      try cancellation.check()
      place = step(from: place, direction, around.compactMap { snapshot.vector(of: $0.slot) })
      around = try nearest(place, options.neighbours, reachable, snapshot)
      for hit in around where !taken.contains(hit.slot) {
        guard let vector = snapshot.vector(of: hit.slot) else { continue }
        let progress = VectorMath.dot(vector, direction) - origin
        guard progress > furthest + leastGain else { continue }
        taken.insert(hit.slot)
        furthest = progress
        steps.append((hit.slot, progress, metric.similarity(hit.distance)))
        break
      }
    }
    return steps
  }

  private func step(from place: [Float], _ direction: [Float], _ around: [[Float]]) -> [Float] {
    var next = place
    let weight = options.regularisation
    VectorMath.add(direction, weight: (1 - weight) * options.stepSize, to: &next)
    for vector in around {
      VectorMath.add(vector, weight: weight / Float(around.count), to: &next)
    }
    return VectorMath.normalized(next) ?? place
  }

  /// The direction from products of a kind towards a text; nil where the catalogue shows no
  /// difference.
  private func direction(
    of population: [SearchHit], towards text: [Float], within reachable: SlotSet?,
    _ snapshot: borrowing Snapshot
  ) throws -> [Float]? {
    let share = max(1, min(options.exemplars, population.count / 2))
    let exemplars = try nearest(text, share, reachable, snapshot)
    let all = population.compactMap { snapshot.vector(of: $0.slot) }
    let shown = exemplars.compactMap { snapshot.vector(of: $0.slot) }
    guard !all.isEmpty, !shown.isEmpty else { return nil }
    return Self.signalToNoise(of: shown, against: all)
  }

  private func nearest(
    _ vector: [Float], _ count: Int, _ filter: SlotSet?, _ snapshot: borrowing Snapshot
  ) throws -> [SearchHit] {
    try snapshot.search(vector.span, k: count, ef: max(64, count), filter: filter).hits
  }

  /// The signal-to-noise ratio of some vectors against others, by component, as a unit vector.
  static func signalToNoise(of shown: [[Float]], against all: [[Float]]) -> [Float]? {
    let (mean, deviation) = moments(all)
    let standard = shown.map { vector in
      vector.indices.map { (vector[$0] - mean[$0]) / max(deviation[$0], 1e-6) }
    }
    let (signal, noise) = moments(standard)
    return VectorMath.normalized(signal.indices.map { signal[$0] / max(noise[$0], 1e-3) })
  }

  private static func moments(_ vectors: [[Float]]) -> (mean: [Float], deviation: [Float]) {
    let count = Float(vectors.count)
    var mean = [Float](repeating: 0, count: vectors[0].count)
    for vector in vectors { VectorMath.add(vector, weight: 1 / count, to: &mean) }
    var variance = [Float](repeating: 0, count: mean.count)
    for vector in vectors {
      for index in mean.indices {
        let difference = vector[index] - mean[index]
        variance[index] += difference * difference / count
      }
    }
    return (mean, variance.map { $0.squareRoot() })
  }
}
